// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {HostilePool} from "../support/HostilePools.sol";
import {HostileToken} from "../support/HostileToken.sol";
import {MockToken} from "../support/MockToken.sol";
import {Attack} from "./Attack.sol";

/// @title A thief's own token on the way, between pools of its own
/// @notice What lies on the way is never measured, and need not be: the vault looks at what it sent and what it got.
contract HostileSectionsTest is Attack {
    uint256 private constant SLICE = 3_000e6;

    HostileToken private token;
    HostilePool private intoToken;
    HostilePool private outOfToken;

    function setUp() public override {
        super.setUp();
        token = new HostileToken();
        token.lieTo(address(router));
        intoToken = new HostilePool(usdc, MockToken(address(token)));
        outOfToken = new HostilePool(MockToken(address(token)), weth);
        intoToken.behave(HostilePool.Manner.PaysFairly, 1e18);
        outOfToken.behave(HostilePool.Manner.PaysFairly, 1e18);
    }

    function head(address sold, address bought, uint256 planned) private pure returns (Leg memory) {
        return Leg(Venue.Section, sold, 0, 0, bought, planned);
    }

    /// @notice All of it through the thief's token, with two legs out of it.
    function onTheWay(uint256 amountIn) private view returns (Leg[] memory legs) {
        legs = new Leg[](5);
        legs[0] = head(address(usdc), address(token), 0);
        legs[1] = Leg(Venue.UniswapV3, address(intoToken), 0, 0, address(0), amountIn);
        legs[2] = head(address(token), address(weth), 4);
        legs[3] = Leg(Venue.UniswapV3, address(outOfToken), 0, 0, address(0), 3);
        legs[4] = Leg(Venue.UniswapV3, address(outOfToken), 0, 0, address(0), 1);
    }

    function test_paysNothing() public {
        outOfToken.behave(HostilePool.Manner.PaysNothing, 0);
        expectStopped(orderFor(m, SLICE), onTheWay(SLICE), Refusal.OutputTooLow, 0);
        intoToken.behave(HostilePool.Manner.PaysNothing, 0);
        expectStopped(orderFor(m, SLICE), onTheWay(SLICE), Refusal.TransferFailed, uint160(address(token)));
    }

    function test_paysTooLittle() public {
        Order memory o = orderFor(m, SLICE);
        outOfToken.behave(HostilePool.Manner.PaysFairly, o.minimumOut / 2 - 1);
        expectStopped(o, onTheWay(SLICE), Refusal.OutputTooLow, o.minimumOut / 2 * 2 - 2);
        outOfToken.behave(HostilePool.Manner.PaysFairly, o.minimumOut / 2);
        assertEq(steal(o, onTheWay(SLICE)), o.minimumOut);
    }

    /// @notice Whatever the token and the pools do, with money of somebody else's lying in the router: what the vault loses
    /// is charged to the meter, to the unit, and stays inside the bound.
    function testFuzz_stolenKey_losesNoMoreThanItsBound(uint256 seed) public {
        m.total = 100_000_000e6;
        m.minimumInterval = 0;
        (m.slippageBps, m.poorFillBps) = (200, 200);
        m.salt = 99;
        open(m);
        (uint256 sold, uint256 bought) = (usdc.balanceOf(address(vault)), weth.balanceOf(address(vault)));
        for (uint256 i = 0; i < 12; i++) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 amountIn = bound(seed, 1e6, 50_000e6);
            Order memory o = orderFor(m, amountIn);
            uint256 fair = amountIn * 1e12 / 3_000;
            o.minimumOut = fair - fair * 180 / 10_000;
            token.behave(HostileToken.Manner((seed >> 32) % 8), seed >> 64);
            token.aim(address(vault), abi.encodeCall(vault.checkpoint, (hints())), seed >> 40 & 1 == 0);
            intoToken.behave(HostilePool.Manner((seed >> 48) % 3 == 0 ? (seed >> 56) % 11 : 0), 1e18);
            outOfToken.behave(HostilePool.Manner((seed >> 50) % 3 == 0 ? (seed >> 58) % 11 : 0), o.minimumOut / 2 + 1);
            (bool done,) = trySteal(o, onTheWay(amountIn));
            if (!done) continue;
            assertEq(usdc.balanceOf(address(router)) + weth.balanceOf(address(router)), 0, "nothing stays");
        }
        sold -= usdc.balanceOf(address(vault));
        bought = weth.balanceOf(address(vault)) - bought;
        uint256 lost = sold * 1e12 > bought * 3_000 ? sold * 1e12 - bought * 3_000 : 0;
        assertLe(lost, state().lossUsedUsd, "all of it is charged");
        assertLe(lost, LOSS_CAPACITY);
        assertLe(sold * 1e12, VOLUME_CAPACITY);
    }

    /// @notice The whole of the volume at nine tenths of the tolerance, and then nothing: as through a pool of its own.
    function test_draining_throughItsOwnToken() public {
        m.total = 100_000_000e6;
        m.minimumInterval = 0;
        (m.slippageBps, m.poorFillBps) = (200, 200);
        m.salt = 98;
        open(m);
        uint256 lost = 0;
        for (uint256 i = 0; i < 10; i++) {
            Order memory o = orderFor(m, 50_000e6);
            uint256 fair = uint256(50_000e18) / 3_000;
            o.minimumOut = fair - fair * 180 / 10_000;
            outOfToken.behave(HostilePool.Manner.PaysFairly, o.minimumOut / 2 + 1);
            uint256 before = weth.balanceOf(address(vault));
            (bool done,) = trySteal(o, onTheWay(50_000e6));
            if (done) lost += 50_000e18 - (weth.balanceOf(address(vault)) - before) * 3_000;
        }
        assertApproxEqAbs(lost, 3_600e18, 1e6);
        assertLe(lost, LOSS_CAPACITY);
    }

    function test_reentryOfATokenThroughEveryLockedDoor() public {
        Order memory o = orderFor(m, SLICE);
        bytes[6] memory doors = [
            abi.encodeCall(vault.execute, (m, o, onTheWay(SLICE), noVoucher(), "")),
            abi.encodeCall(vault.checkpoint, (hints())),
            abi.encodeCall(vault.trip, (hints())),
            abi.encodeCall(vault.deposit, (address(usdc), 1)),
            abi.encodeCall(vault.withdraw, (address(usdc), 1, address(token))),
            abi.encodeCall(vault.book, (address(usdc)))
        ];
        token.behave(HostileToken.Manner.Strikes, 0);
        for (uint256 i = 0; i < doors.length; i++) {
            token.aim(address(vault), doors[i], false);
            expectStopped(o, onTheWay(SLICE), Refusal.TransferFailed, uint160(address(token)));
            token.aim(address(vault), doors[i], true);
            uint256 before = vm.snapshotState();
            steal(o, onTheWay(SLICE));
            assertEq(token.attempts(), 2);
            assertFalse(token.cameThrough());
            vm.revertToState(before);
        }
    }

    /// @notice Tokens of the vault's own that an order neither sells nor buys cannot be sold by a section: they are not in the
    /// router, and nobody gave it an allowance.
    function test_otherTokensOfTheVaultAreOutOfReach() public {
        give(wbtc, 10e8);
        checkpoint();
        HostilePool wbtcPool = new HostilePool(wbtc, weth);
        wbtcPool.behave(HostilePool.Manner.PaysFairly, 1e18);
        Leg[] memory legs = new Leg[](3);
        legs[0] = through(address(hostile), SLICE)[0];
        legs[1] = head(address(wbtc), address(weth), 1);
        legs[2] = through(address(wbtcPool), 1)[0];
        hostile.behave(HostilePool.Manner.PaysFairly, 1e18);
        expectStopped(orderFor(m, SLICE), legs, Refusal.TransferFailed, uint160(address(wbtc)));
        assertEq(wbtc.balanceOf(address(vault)), 10e8);
    }
}
