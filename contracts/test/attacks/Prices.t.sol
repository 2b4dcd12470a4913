// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {VaultReading} from "../../src/VaultReading.sol";
import {IPriceOracle} from "../../src/interfaces/IPriceOracle.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {IUniswapV3Pool} from "../../src/interfaces/IUniswapV3Pool.sol";
import {Deployment} from "../support/Deployment.sol";
import {HostileSource} from "../support/HostileSource.sol";
import {MockFeed} from "../support/MockFeed.sol";
import {MockToken} from "../support/MockToken.sol";
import {Attack} from "./Attack.sol";

/// @title Bad quotes, moved pools, and feeds that are stale, stuck or broken
contract PricesTest is Attack {
    function configuration() internal view virtual override returns (VaultConfiguration memory c) {
        c = super.configuration();
        c.assets[3].source = wethByTwap();
    }

    function hints() internal view override returns (uint16[] memory) {
        return VaultReading.hintsOf(vault);
    }

    function hinted(uint256 amountIn) private view returns (Order memory o) {
        o = orderFor(m, amountIn);
        o.buyHint = hints()[3];
    }

    /// @notice Moves the 0.05 % pool by a genuine swap of `amountIn` USDC.
    function push(uint256 amountIn) private {
        IUniswapV3Pool(pool)
            .swap(
                address(this),
                usdc < weth,
                int256(amountIn),
                usdc < weth ? 4295128740 : 1461446703485210103287273052203988822378723970341,
                ""
            );
    }

    function uniswapV3SwapCallback(int256 amount0, int256 amount1, bytes calldata) external {
        if (amount0 > 0) MockToken(IUniswapV3Pool(msg.sender).token0()).mint(msg.sender, uint256(amount0));
        if (amount1 > 0) MockToken(IUniswapV3Pool(msg.sender).token1()).mint(msg.sender, uint256(amount1));
    }

    /// @notice 12 March 2026: 50.4 million dollars for 36 thousand through a good interface, because slippage was measured
    /// against the quote, and the quote was bad. Here a minimum output that was taken from a bad quote is refused, whatever
    /// tolerance its author believed in.
    function test_2026March_fiftyMillionForThirtySixThousand() public {
        uint256 quoted = uint256(50_000e6) * 1e12 / 3_000 * 36 / 50_400;
        Order memory o = hinted(50_000e6);
        o.minimumOut = quoted * 995 / 1_000;
        hostile.behave(hostile.manner(), quoted);
        (bool done, Refusal reason) = trySteal(o, through(address(hostile), 50_000e6));
        assertFalse(done);
        assertTrue(reason == Refusal.BelowOracleBound);
    }

    /// @notice Yearn, 11 December 2023: a script swapped the whole balance at once, unseen by its signers. Here an order has
    /// a size cap, and above the automatic limit reviewers' signatures over exactly its amount.
    function test_2023December_theWholeBalanceAtOnce() public {
        m.total = 1_000_000e6;
        m.maximumSlice = 1_000_000e6;
        open(m);
        Order memory o = hinted(1_000_000e6);
        expectStopped(o, oneLeg(1_000_000e6), Refusal.SizeCapExceeded, SIZE_CAP);
        o = hinted(100_000e6);
        expectStopped(o, oneLeg(100_000e6), Refusal.ReviewRequired, AUTOMATIC_LIMIT);
    }

    /// @notice The victim's order is in the pool the attacker moved: its own minimum refuses, not the pool's price.
    function test_sandwichedFill() public {
        push(10_000_000e6);
        uint256 before = weth.balanceOf(address(vault));
        Order memory o = hinted(30_000e6);
        (bool done, Refusal reason) = trySteal(o, oneLeg(30_000e6));
        assertFalse(done);
        assertTrue(reason == Refusal.OutputTooLow);
        assertEq(weth.balanceOf(address(vault)), before);
        // The thief's own order, which asks for no more than the moved pool gives, does not pass the oracle.
        o.minimumOut = 1;
        (done, reason) = trySteal(o, oneLeg(30_000e6));
        assertFalse(done);
        assertTrue(reason == Refusal.BelowOracleBound);
    }

    /// @notice A thief who moves the average: each minute at a tenth off the price moves it by a thirtieth of that, and past the
    /// band nothing has a price. Inside the band it gains nothing: the worse of the two sources counts.
    function test_averageManipulatedWithinTheAgeBand() public {
        Order memory o = hinted(30_000e6);
        o.minimumOut = 9.9e18; // fair less one percent
        for (uint256 minutes_ = 0; minutes_ < 8; minutes_++) {
            if (minutes_ == 0) push(3_200_000e6); // WETH rises by a ninth in the pool
            pass(1 minutes);
            o = hinted(30_000e6);
            o.minimumOut = 9.9e18 - 1;
            (bool done, Refusal reason) = trySteal(o, through(address(hostile), 30_000e6));
            assertFalse(done, "never below the feed's bound");
            assertTrue(reason == Refusal.BelowOracleBound || reason == Refusal.PriceDisagreement);
            if (reason == Refusal.PriceDisagreement) return;
        }
        fail();
    }

    /// @notice LUNA, May 2022: a feed that stopped at its floor while the market fell lost Venus 11 and Blizz 8 million dollars.
    function test_2022May_feedStuckAtItsFloor() public {
        // The pool falls to 2,700, the feed stays where it was.
        IUniswapV3Pool(pool)
            .swap(
                address(this),
                weth < usdc,
                1_080e18,
                weth < usdc ? 4295128740 : 1461446703485210103287273052203988822378723970341,
                ""
            );
        pass(31 minutes);
        Order memory o = hinted(3_000e6);
        expectStopped(o, oneLeg(3_000e6), Refusal.PriceDisagreement, uint160(address(weth)));
        // And a feed at the bound that its listing set has no price at all.
        wethFeed.set(0.5e8);
        expectStopped(hinted(3_000e6), oneLeg(3_000e6), Refusal.PriceOutOfBounds, uint160(address(weth)));
    }

    /// @notice A source that answers what nobody can decode would revert whoever asks, in try and catch as well. Here it stops its
    /// own asset; the owner and every other asset go on.
    function test_undecodableSource() public {
        HostileSource source = new HostileSource();
        bytes memory code = address(source).code;
        vm.etch(address(wethFeed), code);
        HostileSource(address(wethFeed)).answer(hex"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff");
        expectStopped(hinted(3_000e6), oneLeg(3_000e6), Refusal.PriceUnavailable, uint160(address(weth)));
        vm.prank(owner);
        vault.withdraw(address(weth), 100e18, owner);
        assertEq(weth.balanceOf(owner), 100e18);
        vm.prank(guardian);
        vault.quarantine(address(weth));
        checkpoint();
        assertEq(state().netAssetValueUsd, 1_000_000e18);
    }

    /// @notice Stablecoins are worth what their feed says: the average in a quote that lost its peg is no price.
    function test_quoteLosesItsPeg() public {
        usdcFeed.set(0.9e8);
        expectStopped(hinted(3_000e6), oneLeg(3_000e6), Refusal.PriceOutOfBounds, uint160(address(usdc)));
        m.sell = address(dai);
        open(m);
        expectStopped(hinted(3_000e6), oneLeg(3_000e6), Refusal.QuoteDepegged, uint160(address(weth)));
    }
}

/// @title A rollup whose sequencer was down: feeds look fresh, and are hours old
contract SequencerOutageTest is Attack {
    MockFeed private sequencer;

    function configuration() internal view virtual override returns (VaultConfiguration memory c) {
        c = super.configuration();
        if (address(oracle) != address(0)) c.oracle = address(oracle);
    }

    function setUp() public override {
        super.setUp();
        sequencer = new MockFeed(0, 0);
        pass(2 hours);
        oracle = IPriceOracle(Deployment.create("PriceOracle.sol:PriceOracle", abi.encode(address(sequencer), 1 hours)));
        vault = deploy(configuration());
        fund();
        m.salt++;
        m.start = uint64(block.timestamp);
        open(m);
    }

    function test_staleFeedAfterASequencerOutage() public {
        steal(orderFor(m, 3_000e6), oneLeg(3_000e6));
        sequencer.set(1);
        vm.warp(block.timestamp + 3 hours);
        // The first blocks after the restart: a burst of orders against prices of three hours ago, still inside their heartbeat.
        Order memory o = orderFor(m, 3_000e6);
        (bool done, Refusal reason) = trySteal(o, oneLeg(3_000e6));
        assertFalse(done);
        assertTrue(reason == Refusal.CheckpointStale);
        expectRefusal(Refusal.SequencerDown, uint160(address(usdc)));
        checkpoint();
        sequencer.set(0);
        expectRefusal(Refusal.SequencerDown, uint160(address(usdc)));
        checkpoint();
        vm.warp(block.timestamp + 1 hours);
        expectRefusal(Refusal.SequencerDown, uint160(address(usdc)));
        checkpoint();
        // After the grace the feeds had time to speak.
        pass(1);
        checkpoint();
        steal(orderFor(m, 3_000e6), oneLeg(3_000e6));
    }

    /// @notice With a fresh checkpoint, the order itself is what is refused.
    function test_outageRightAfterACheckpoint() public {
        sequencer.set(1);
        expectStopped(orderFor(m, 3_000e6), oneLeg(3_000e6), Refusal.SequencerDown, uint160(address(usdc)));
        vm.prank(owner);
        vault.withdraw(address(usdc), 1_000_000e6, owner);
        assertEq(usdc.balanceOf(owner), 1_000_000e6);
    }
}
