// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Venue} from "../src/Types.sol";
import {PoolHistory, PoolQuery, PoolState, TickView} from "../src/interfaces/ILens.sol";
import {PoolKey} from "../src/interfaces/IUniswapV4PoolManager.sol";
import {LensWorld, Spot} from "./support/LensWorld.sol";
import {IPoolManager} from "@uniswap/v4-core/src/interfaces/IPoolManager.sol";
import {StateLibrary} from "@uniswap/v4-core/src/libraries/StateLibrary.sol";

interface IProtocolFees {
    function setProtocolFeeController(address controller) external;
    function setProtocolFee(PoolKey calldata key, uint24 fee) external;
}

/// @notice A manager by its looks: every word is the one it was given, and the answers can be out of shape.
contract PretendedManager {
    mapping(bytes32 slot => bytes32) private words;
    uint256 private immutable offset;
    uint256 private immutable surplus; // of the array's stated length
    uint256 private immutable missing; // bytes at the end

    constructor(uint256 offset_, uint256 surplus_, uint256 missing_) {
        (offset, surplus, missing) = (offset_, surplus_, missing_);
    }

    function set(uint256 slot, uint256 word) external {
        words[bytes32(slot)] = bytes32(word);
    }

    function extsload(bytes32[] calldata slots) external view returns (bytes32[] memory) {
        uint256[] memory answer = new uint256[](slots.length + 2);
        (answer[0], answer[1]) = (offset, slots.length + surplus);
        for (uint256 i = 0; i < slots.length; i++) {
            answer[i + 2] = uint256(words[slots[i]]);
        }
        uint256 size = 64 + 32 * slots.length - missing;
        assembly {
            return(add(answer, 0x20), size)
        }
    }
}

/// @notice Burns all it is given, or answers without end.
contract WastefulManager {
    bool private immutable answers;

    constructor(bool answers_) {
        answers = answers_;
    }

    fallback() external {
        if (answers) {
            assembly {
                return(0, 1000000)
            }
        }
        while (true) {}
    }
}

/// @title Pools in the manager of v4, as the lens reads them
contract LensManagedTest is LensWorld {
    uint160 private constant EVEN = 1 << 96;

    function filled(uint24 fee, int24 spacing) private returns (Spot memory spot) {
        spot = spotAt(true, fee, spacing, 0);
        provide(spot, -10 * spacing, 10 * spacing, 1e21);
    }

    /// @notice Price, tick, fees, liquidity and every tick are what v4's own StateLibrary reads.
    function testFuzz_state_isWhatTheManagerSays(uint24 fee, uint16 spacingSeed, uint256 amount, bool down) public {
        fee = uint24(bound(fee, 0, 999_999));
        int24 spacing = int24(uint24(bound(spacingSeed, 1, 32767)));
        Spot memory spot = spotAt(true, fee, spacing, 0);
        provide(spot, -3 * spacing, 5 * spacing, 1e21);
        provide(spot, -spacing, spacing, 3e20);
        provide(spot, 5 * spacing, 7 * spacing, 2e20);
        trade(spot, down, bound(amount, 1, 1e20));
        PoolState memory p = see(asking(spot, 0, 0, 0));
        IPoolManager source = IPoolManager(address(manager));
        (uint160 root, int24 tick,, uint24 lpFee) = StateLibrary.getSlot0(source, idOf(spot));
        assertTrue(p.exists);
        assertEq(p.id, keccak256(abi.encode(spot.key)));
        assertEq(p.token0, spot.key.currency0);
        assertEq(p.token1, spot.key.currency1);
        assertEq(p.hooks, address(0));
        assertEq(p.sqrtPriceX96, root);
        assertEq(p.tick, tick);
        assertEq(p.feePips, lpFee);
        assertEq(p.tickSpacing, spacing);
        assertEq(p.liquidity, StateLibrary.getLiquidity(source, idOf(spot)));
        assertTrue(p.tickLower <= tick && tick <= p.tickUpper);
        assertTicksComplete(spot, p);
    }

    function assertTicksComplete(Spot memory spot, PoolState memory p) private view {
        int24 spacing = p.tickSpacing;
        uint256 found = 0;
        for (int24 tick = -3 * spacing; tick <= 7 * spacing; tick += spacing) {
            (bool initialised, int128 net) = tickAt(spot, tick);
            if (!initialised || tick < p.tickLower || tick > p.tickUpper) continue;
            assertEq(p.ticks[found].index, tick);
            assertEq(p.ticks[found].liquidityNet, net);
            found++;
        }
        assertEq(p.ticks.length, found);
    }

    function testFuzz_protocolFee_isByDirection(uint16 fee0, uint16 fee1) public {
        fee0 = uint16(bound(fee0, 0, 1000));
        fee1 = uint16(bound(fee1, 0, 1000));
        Spot memory spot = filled(500, 10);
        IProtocolFees(address(manager)).setProtocolFeeController(address(this));
        IProtocolFees(address(manager)).setProtocolFee(spot.key, uint24(fee1) << 12 | fee0);
        PoolState memory p = see(asking(spot, 0, 0, 0));
        assertTrue(p.exists);
        assertEq(p.protocolFee0, fee0);
        assertEq(p.protocolFee1, fee1);
        assertEq(p.feePips, 500);
    }

    // --- refused ---

    /// @notice Gives a pool of another key the first words of a genuine one: a manager asks hooks that are no contracts in vain.
    function imitate(Spot memory genuine, Spot memory other) private {
        for (uint256 i = 0; i < 4; i++) {
            bytes32 word = vm.load(address(manager), bytes32(slotOf(genuine) + i));
            vm.store(address(manager), bytes32(slotOf(other) + i), word);
        }
    }

    function slotOf(Spot memory spot) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(idOf(spot), 6)));
    }

    /// @notice The same bits as the router goes by, whatever else the address has.
    function testFuzz_hooks_onlyThoseThatTouchNoSwap(uint160 seed, bool harmless) public {
        address hooks = address(harmless ? seed & ~uint160(0xCC) : seed);
        Spot memory spot = Spot(true, address(manager), keyOf(dai, weth, 500, 10, hooks));
        imitate(filled(500, 10), spot);
        if (uint160(hooks) & 0xCC != 0) return expectMissing(asking(spot, 0, 0, 0));
        PoolState memory p = see(asking(spot, 0, 0, 0));
        assertTrue(p.exists);
        assertEq(p.hooks, hooks);
        assertEq(p.id, keccak256(abi.encode(spot.key)));
    }

    /// @notice Each of the four alone is enough.
    function test_hooks_eachThatTouchesASwap() public {
        Spot memory genuine = filled(500, 10);
        for (uint256 bit = 0; bit < 14; bit++) {
            Spot memory spot = Spot(true, address(manager), keyOf(dai, weth, 500, 10, address(uint160(1 << bit))));
            imitate(genuine, spot);
            assertEq(see(asking(spot, 0, 0, 0)).exists, bit != 2 && bit != 3 && bit != 6 && bit != 7);
        }
    }

    function test_dynamicFee_doesNotExist() public {
        Spot memory spot = Spot(true, address(manager), keyOf(dai, weth, 0x800000, 10, address(0x20)));
        manager.initialize(spot.key, EVEN);
        expectMissing(asking(spot, 0, 0, 0));
    }

    function test_nativeCurrency_doesNotExist() public {
        Spot memory spot = Spot(true, address(manager), PoolKey(address(0), address(weth), 500, 10, address(0)));
        manager.initialize(spot.key, EVEN);
        expectMissing(asking(spot, 0, 0, 0));
    }

    function test_wholeFee_doesNotExist() public {
        expectMissing(asking(spotAt(true, 1_000_000, 10, 0), 0, 0, 0));
    }

    /// @notice Another currency, fee, spacing, hook or manager is another pool, and the currencies have an order.
    function testFuzz_anotherKey_isAnotherPool(uint8 which) public {
        PoolQuery memory query = asking(filled(500, 10), 0, 0, 0);
        assertTrue(see(query).exists);
        which = which % 6;
        if (which == 0) query.token1 = address(usdc);
        if (which == 1) query.feePips = 501;
        if (which == 2) query.tickSpacing = 11;
        if (which == 3) query.hooks = address(0x20);
        if (which == 4) query.pool = address(deployManager());
        if (which == 5) (query.token0, query.token1) = (query.token1, query.token0);
        expectMissing(query);
    }

    /// @notice A price, tick or fee that no manager would hold beside the rest is none.
    function testFuzz_slot0_mustHoldTogether(uint8 which, uint256 seed) public {
        Spot memory spot = filled(500, 10);
        uint256 word = uint256(vm.load(address(manager), bytes32(slotOf(spot))));
        uint256 changed = word;
        which = which % 5;
        if (which == 0) changed ^= bound(seed, 1, type(uint24).max) << 208;
        // To the tick below this price could belong too.
        if (which == 1) changed ^= bound(seed, 1, type(uint24).max - 1) << 160;
        if (which == 2) changed |= bound(seed, 1001, 4095) << 184;
        if (which == 3) changed |= bound(seed, 1001, 4095) << 196;
        if (which == 4) changed += seed % 2 == 0 ? 1e25 : 1 << 159;
        vm.store(address(manager), bytes32(slotOf(spot)), bytes32(changed));
        expectMissing(asking(spot, 0, 0, 0));
        vm.store(address(manager), bytes32(slotOf(spot)), bytes32(word));
        assertTrue(see(asking(spot, 0, 0, 0)).exists);
    }

    /// @notice Liquidity that would fall below nothing, or rise above what a pool can hold, on the way through the ticks.
    function testFuzz_ticks_mustAddUp(bool down, uint128 surplus) public {
        Spot memory spot = filled(500, 10);
        int24 tick = down ? -int24(100) : int24(100);
        bytes32 slot = keccak256(abi.encode(tick, slotOf(spot) + 4));
        PoolQuery memory query = asking(spot, down ? 1e30 : 0, down ? 0 : 1e30, 1);
        assertTrue(see(query).exists);
        int256 net = int256(bound(surplus, 1, 2 ** 127 - 1e21 - 1)) + 1e21;
        vm.store(address(manager), slot, bytes32(uint256(down ? net : -net) << 128 | 1));
        expectMissing(query);
        // Nobody gets there with less.
        (query.amount0, query.amount1) = (down ? 1 : 0, down ? 0 : 1);
        assertTrue(see(query).exists);
    }

    function test_ticks_mustAddUp_toNoMoreThanAPoolHolds() public {
        Spot memory spot = filled(500, 10);
        vm.store(address(manager), bytes32(slotOf(spot) + 3), bytes32(uint256(type(uint128).max)));
        // Leaving the position takes what it has; one that begins there would bring more than fits.
        assertTrue(see(asking(spot, 0, type(uint128).max, 1)).exists);
        vm.store(address(manager), keccak256(abi.encode(int24(100), slotOf(spot) + 4)), bytes32(uint256(1 << 128 | 1)));
        expectMissing(asking(spot, 0, type(uint256).max, 1));
        vm.store(address(manager), bytes32(slotOf(spot) + 3), bytes32(uint256(1 << 128)));
        expectMissing(asking(spot, 0, 0, 0));
    }

    /// @notice No pool has ticks where there are no prices.
    function test_ticks_mustHaveAPrice() public {
        for (uint256 i = 0; i < 2; i++) {
            Spot memory spot = spotAt(true, uint24(500 + i), 10, i == 0 ? -int24(887265) : int24(887265));
            assertTrue(see(asking(spot, 0, 0, 0)).exists);
            int256 word = i == 0 ? -int256(347) : int256(346);
            bytes32 slot = keccak256(abi.encode(word, slotOf(spot) + 5));
            // The outermost tick of the word, a hundred places beyond the last price.
            vm.store(address(manager), slot, bytes32(uint256(i == 0 ? 1 : 1 << 255)));
            expectMissing(asking(spot, 0, 0, 0));
        }
    }

    function test_managersThatAreNone_doNotMakeTheCallRevert() public {
        address[9] memory others = [
            address(0),
            stranger,
            address(usdc),
            pool,
            address(new WastefulManager(false)),
            address(new WastefulManager(true)),
            pretended(0x40, 0, 0),
            pretended(0x20, 1, 0),
            pretended(0x20, 0, 1)
        ];
        Spot memory spot = filled(500, 10);
        for (uint256 i = 0; i < others.length; i++) {
            (PoolQuery memory query, PoolQuery memory genuine) = (asking(spot, 0, 0, 2), asking(spot, 0, 0, 2));
            query.pool = others[i];
            PoolQuery[] memory queries = new PoolQuery[](2);
            (queries[0], queries[1]) = (query, genuine);
            TickView memory seen = lens.observe{gas: 50_000_000}(address(vault), 0, 0, queries, new uint32[](0), 0);
            assertFalse(seen.pools[0].exists);
            assertTrue(seen.pools[1].exists);
        }
    }

    /// @notice The same words as a genuine manager's pass where the shape of the answer is right.
    function test_pretendedManager_isOnlyRefusedForItsShape() public {
        PoolQuery memory query = asking(filled(500, 10), 0, 0, 0);
        query.pool = pretended(0x20, 0, 0);
        assertTrue(see(query).exists);
    }

    function pretended(uint256 offset, uint256 surplus, uint256 missing) private returns (address) {
        PretendedManager fake = new PretendedManager(offset, surplus, missing);
        uint256 slot = uint256(keccak256(abi.encode(keccak256(abi.encode(keyOf(dai, weth, 500, 10, address(0)))), 6)));
        fake.set(slot, uint256(EVEN) | 500 << 208);
        fake.set(slot + 3, 1e18);
        return address(fake);
    }

    // --- history ---

    /// @notice A manager has no observations: the deepest v3 pool's are taken, however deep a v4 pool is.
    function test_history_isNeverAManagers() public {
        Spot memory spot = filled(500, 10);
        provide(spot, -100, 100, 1e30);
        PoolQuery[] memory queries = new PoolQuery[](2);
        queries[0] = asking(spot, 0, 0, 0);
        (queries[1].venue, queries[1].pool) = (Venue.UniswapV3, pool);
        uint32[] memory ages = new uint32[](2);
        ages[0] = 60;
        PoolHistory memory past = lens.observe(address(vault), 0, 0, queries, ages, queries.length).history;
        assertEq(past.pool, pool);
        assertEq(past.tickCumulatives.length, 2);
    }
}
