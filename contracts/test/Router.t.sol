// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Leg, Venue} from "../src/Types.sol";
import {Refusal} from "../src/Refusal.sol";
import {PoolKey} from "../src/interfaces/IUniswapV4PoolManager.sol";
import {MockToken} from "./support/MockToken.sol";
import {IV4Minter, PlainUnlocker} from "./support/UniswapV4.sol";
import {Market, RouterWorld} from "./support/RouterWorld.sol";

/// @title Answers each of its callbacks as a pool expects it, until it is gone
contract QuietHooks {
    fallback() external {
        bytes4 selector = msg.sig;
        assembly ("memory-safe") {
            mstore(0x00, selector)
            mstore(0x20, 0)
            return(0x00, 0x40)
        }
    }
}

/// @title Legs are swapped whole on the genuine pools, for exactly what the pools give, and nothing stays
contract RouterTest is RouterWorld {
    /// @notice Before and after: initialising, adding, removing, donating.
    uint160 private constant OTHER_HOOKS = 0x3F30;
    uint160 private constant SWAP_HOOKS = 0xCC;

    // --- v2 ---

    function testFuzz_pair_givesTheMostItAllows(uint8 market, bool reverse, uint256 amount) public {
        Market storage m = markets[market % 3];
        (MockToken sell, MockToken buy, uint256 amountIn) = side(m, reverse, amount);
        uint256 expected = quotePair(m, sell, buy, amountIn);
        assertEq(swap(sell, buy, only(pairLeg(m, amountIn))), expected);
    }

    function testFuzz_pair_donationsStayThePairs(bool reverse, uint256 amount, uint256 donation) public {
        Market storage m = markets[0];
        (MockToken sell, MockToken buy, uint256 amountIn) = side(m, reverse, amount);
        sell.mint(m.pair, bound(donation, 0, 1e20));
        uint256 expected = quotePair(m, sell, buy, amountIn);
        assertEq(swap(sell, buy, only(pairLeg(m, amountIn))), expected);
    }

    function testFuzz_pair_aFeeTooLowIsRefusedByThePair(bool reverse, uint256 amount, uint24 fee) public {
        Market storage m = markets[0];
        (MockToken sell, MockToken buy, uint256 amountIn) = side(m, reverse, amount);
        Leg memory leg = pairLeg(m, amountIn);
        leg.feePips = fee % 2_980;
        assertRefused(sell, buy, only(leg), Refusal.TransferFailed, uint160(m.pair));
    }

    function testFuzz_pair_refusesAFeeOfEverything(uint24 fee) public {
        Market storage m = markets[0];
        Leg memory leg = pairLeg(m, 3_000e6);
        leg.feePips = uint24(bound(fee, 1_000_000, type(uint24).max));
        assertRefused(usdc, weth, only(leg), Refusal.TransferFailed, uint160(m.pair));
    }

    // --- v3 ---

    function testFuzz_pool_givesItsOwnQuote(uint8 market, bool reverse, uint256 amount) public {
        Market storage m = markets[market % 3];
        (MockToken sell, MockToken buy, uint256 amountIn) = side(m, reverse, amount);
        uint256 expected = quotePool(m.pool, sell, buy, amountIn);
        assertGt(expected, 0);
        assertEq(swap(sell, buy, only(poolLeg(m.pool, amountIn))), expected);
    }

    function testFuzz_pool_thatRunsDryIsRefused(bool reverse, uint256 amount) public {
        Market storage m = markets[0];
        (MockToken sell, MockToken buy) = reverse ? (m.b, m.a) : (m.a, m.b);
        address narrow = fillPool(m.a, m.depthA, m.b, m.depthB, 3000, 600);
        uint256 depth = reverse ? m.depthB : m.depthA;
        Leg[] memory legs = only(poolLeg(narrow, bound(amount, depth / 20, depth)));
        assertRefused(sell, buy, legs, Refusal.TransferFailed, uint160(narrow));
    }

    // --- v4 ---

    function testFuzz_manager_givesItsOwnQuote(uint8 market, bool reverse, uint256 amount) public {
        Market storage m = markets[market % 3];
        (MockToken sell, MockToken buy, uint256 amountIn) = side(m, reverse, amount);
        uint256 expected = quoteManaged(unlocker, m.key, sell, buy, amountIn);
        assertGt(expected, 0);
        assertEq(swap(sell, buy, only(managedLeg(address(manager), m.key, amountIn))), expected);
    }

    function testFuzz_manager_thatRunsDryIsRefused(bool reverse, uint256 amount) public {
        Market storage m = markets[0];
        (MockToken sell, MockToken buy) = reverse ? (m.b, m.a) : (m.a, m.b);
        PoolKey memory narrow = keyOf(m.a, m.b, 3000, 60, address(0));
        fillManaged(manager, m, narrow, 600);
        uint256 depth = reverse ? m.depthB : m.depthA;
        Leg[] memory legs = only(managedLeg(address(manager), narrow, bound(amount, depth / 20, depth)));
        assertRefused(sell, buy, legs, Refusal.TransferFailed, uint160(address(manager)));
    }

    function testFuzz_manager_hooksThatTouchNoSwapAreAccepted(uint160 account, bool reverse, uint256 amount) public {
        Market storage m = markets[0];
        // At least one of them, or the manager takes the address for a mistake.
        uint160 flags = (account & OTHER_HOOKS) | 0x200;
        address hooks = address((account >> 14 | 1) << 14 | flags);
        vm.assume(hooks.code.length == 0);
        vm.etch(hooks, type(QuietHooks).runtimeCode);
        PoolKey memory key = keyOf(m.a, m.b, 3000, 60, hooks);
        fillManaged(manager, m, key, 0);
        vm.etch(hooks, hex"fe");
        (MockToken sell, MockToken buy, uint256 amountIn) = side(m, reverse, amount);
        uint256 expected = quoteManaged(unlocker, key, sell, buy, amountIn);
        assertEq(swap(sell, buy, only(managedLeg(address(manager), key, amountIn))), expected);
    }

    function testFuzz_manager_swapHooksAreRefused(uint160 account, uint8 pick) public {
        uint8[4] memory flags = [0x80, 0x40, 0x08, 0x04];
        address hooks = address(account | flags[pick % 4]);
        Market storage m = markets[0];
        PoolKey memory key = keyOf(m.a, m.b, 500, 10, hooks);
        Leg[] memory legs = only(managedLeg(address(manager), key, 3_000e6));
        assertRefused(usdc, weth, legs, Refusal.VenueRefused, uint160(hooks));
    }

    function testFuzz_manager_dynamicFeeIsRefused(uint24 fee) public {
        Market storage m = markets[0];
        fee |= 0x800000;
        Leg[] memory legs = only(managedLeg(address(manager), keyOf(m.a, m.b, fee, 10, address(0)), 3_000e6));
        assertRefused(usdc, weth, legs, Refusal.VenueRefused, fee);
    }

    function testFuzz_manager_nativeCurrencyIsRefused(bool reverse, uint128 amountIn) public {
        Leg[] memory legs = only(managedLeg(address(manager), markets[0].key, amountIn));
        (address sell, address buy) = reverse ? (address(usdc), address(0)) : (address(0), address(usdc));
        usdc.mint(address(router), amountIn);
        vm.deal(address(router), amountIn);
        if (amountIn > 2 ** 127 - 1) expectRefusal(Refusal.TransferFailed, uint160(address(manager)));
        else expectRefusal(Refusal.VenueRefused, 0);
        router.swap(sell, buy, recipient, legs);
    }

    function testFuzz_manager_unknownPoolIsRefused(uint24 fee, int24 tickSpacing) public {
        Market storage m = markets[0];
        fee = fee & 0x7FFFFF;
        vm.assume(fee != m.key.fee || tickSpacing != m.key.tickSpacing);
        Leg[] memory legs = only(managedLeg(address(manager), keyOf(m.a, m.b, fee, tickSpacing, address(0)), 3_000e6));
        assertRefused(usdc, weth, legs, Refusal.TransferFailed, uint160(address(manager)));
    }

    function testFuzz_twoManagers_inOneOrder(uint8 market, bool reverse, uint256 first, uint256 second) public {
        Market storage m = markets[market % 3];
        IV4Minter other = deployManager();
        fillManaged(other, m, m.key, 0);
        (MockToken sell, MockToken buy, uint256 firstIn) = side(m, reverse, first);
        (,, uint256 secondIn) = side(m, reverse, second);
        uint256 expected = quoteManaged(unlocker, m.key, sell, buy, firstIn);
        expected += quoteManaged(new PlainUnlocker(other), m.key, sell, buy, secondIn);
        Leg[] memory legs = new Leg[](2);
        legs[0] = managedLeg(address(manager), m.key, firstIn);
        legs[1] = managedLeg(address(other), m.key, secondIn);
        assertEq(swap(sell, buy, legs), expected);
    }

    /// @dev Inside somebody else's unlocking the manager opens for nobody.
    function test_manager_unlockedBySomebodyElseIsRefused() public {
        Market storage m = markets[0];
        pay(usdc, only(managedLeg(address(manager), m.key, 3_000e6)));
        manager.unlock("");
        assertEq(usdc.balanceOf(address(router)), 3_000e6);
    }

    function unlockCallback(bytes calldata) external returns (bytes memory) {
        expectRefusal(Refusal.TransferFailed, uint160(address(manager)));
        router.swap(
            address(usdc), address(weth), recipient, only(managedLeg(address(manager), markets[0].key, 3_000e6))
        );
        return "";
    }

    // --- orders ---

    /// @notice As one order, legs give what they give one after another; pools repeat, venues mix.
    function testFuzz_split_isLegAfterLeg(uint8 market, bool reverse, uint256[6] memory amounts, uint8 count) public {
        Market storage m = markets[market % 3];
        (MockToken sell, MockToken buy,) = side(m, reverse, 0);
        Leg[] memory legs = new Leg[](1 + count % 6);
        uint256 expected = 0;
        uint256 snapshot = vm.snapshotState();
        for (uint256 i = 0; i < legs.length; i++) {
            (,, uint256 amountIn) = side(m, reverse, amounts[i]);
            legs[i] = legOf(m, uint8(amounts[i] >> 248), amountIn);
            expected += swap(sell, buy, only(legs[i]));
        }
        vm.revertToState(snapshot);
        assertEq(swap(sell, buy, legs), expected);
    }

    function test_split_overEachVenue() public {
        Market storage m = markets[0];
        Leg[] memory legs = new Leg[](3);
        uint256 expected = quotePair(m, usdc, weth, 30_000e6) + quotePool(m.pool, usdc, weth, 30_000e6)
            + quoteManaged(unlocker, m.key, usdc, weth, 30_000e6);
        for (uint8 i = 0; i < 3; i++) {
            legs[i] = legOf(m, i, 30_000e6);
        }
        assertEq(swap(usdc, weth, legs), expected);
    }

    function testFuzz_whatSomebodyLeftHere_goesAlong(uint8 market, bool reverse, uint256 amount, uint128 left) public {
        Market storage m = markets[market % 3];
        (MockToken sell, MockToken buy, uint256 amountIn) = side(m, reverse, amount);
        buy.mint(address(router), left);
        uint256 expected = quotePool(m.pool, sell, buy, amountIn) + left;
        Leg[] memory legs = only(poolLeg(m.pool, amountIn));
        pay(sell, legs);
        assertEq(router.swap(address(sell), address(buy), recipient, legs), expected);
        assertEq(buy.balanceOf(recipient), expected);
        assertNothingStays(sell, buy);
    }

    function test_noLegs_doNothing() public {
        usdc.mint(address(router), 1e6);
        router.swap(address(usdc), address(weth), recipient, new Leg[](0));
        assertEq(usdc.balanceOf(address(router)), 1e6);
    }

    // --- what no venue takes ---

    function testFuzz_noContract_isRefused(uint8 venue, address account) public {
        vm.assume(account.code.length == 0 && uint160(account) > 0xFFFF);
        Leg memory leg = legOf(markets[0], venue, 3_000e6);
        leg.pool = account;
        assertRefused(usdc, weth, only(leg), Refusal.TransferFailed, uint160(account));
    }

    function testFuzz_anotherVenuesContract_isRefused(uint8 venue, uint8 other, uint256 amount) public {
        vm.assume(venue % 3 != other % 3);
        (,, uint256 amountIn) = side(markets[0], false, amount);
        Leg memory leg = legOf(markets[0], venue, amountIn);
        leg.pool = legOf(markets[0], other, amountIn).pool;
        assertRefused(usdc, weth, only(leg), Refusal.TransferFailed, uint160(leg.pool));
    }

    function testFuzz_moreThanAVenueCounts_isRefused(uint8 venue, uint256 amount) public {
        uint256 largest = venue % 3 == 0 ? type(uint112).max : uint128(type(int128).max);
        Leg memory leg = legOf(markets[0], venue, bound(amount, largest + 1, type(uint256).max / 2));
        assertRefused(usdc, weth, only(leg), Refusal.TransferFailed, uint160(leg.pool));
    }

    /// @notice The largest amount is told to the pool in full: it is the pool that has too little.
    function testFuzz_unpaidRouter_refuses(uint8 venue, bool reverse, uint256 amount, uint256 short) public {
        (MockToken sell, MockToken buy, uint256 amountIn) = side(markets[0], reverse, amount);
        sell.mint(address(router), amountIn - bound(short, 1, amountIn));
        expectRefusal(Refusal.TransferFailed, uint160(address(sell)));
        router.swap(address(sell), address(buy), recipient, only(legOf(markets[0], venue, amountIn)));
    }

    function testFuzz_zeroInput_isRefused(uint8 venue) public {
        Leg memory leg = legOf(markets[0], venue, 0);
        assertRefused(usdc, weth, only(leg), Refusal.TransferFailed, uint160(leg.pool));
    }

    function testFuzz_unknownVenue_reverts(uint8 venue) public {
        Leg[] memory legs = only(poolLeg(markets[0].pool, 3_000e6));
        pay(usdc, legs);
        bytes memory question = abi.encodeCall(router.swap, (address(usdc), address(weth), recipient, legs));
        // The selector, four arguments and the number of legs come first.
        uint256 position = 4 + 5 * 32 + 31;
        question[position] = bytes1(uint8(bound(venue, 4, 255)));
        (bool done, bytes memory answer) = address(router).call(question);
        assertFalse(done);
        assertEq(answer.length, 0);
        question[position] = bytes1(uint8(Venue.UniswapV3));
        (done,) = address(router).call(question);
        assertTrue(done);
    }
}
