// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../src/Types.sol";
import {ILens, PoolQuery, TickView} from "../src/interfaces/ILens.sol";
import {IVault} from "../src/interfaces/IVault.sol";
import {Lens} from "../src/Lens.sol";
import {Refusal} from "../src/Refusal.sol";
import {Doors} from "./support/Doors.sol";
import {MockToken} from "./support/MockToken.sol";

/// @title The vault's words as the Lens reads them
contract LensStateTest is Doors {
    ILens private lens;

    function setUp() public override {
        super.setUp();
        lens = new Lens();
    }

    function hints() internal view override returns (uint16[] memory) {
        return address(lens) == address(0) ? new uint16[](0) : lens.hintsOf(address(vault));
    }

    // --- stateOf ---

    function testFuzz_state_isWhatWasDone(uint8 done, uint32 expiry) public {
        expiry = uint32(bound(expiry, block.timestamp + 2 days, type(uint32).max));
        change(abi.encodeCall(IVault.setExecutor, (executor, expiry)));
        change(abi.encodeCall(IVault.setTreasurer, (stranger)));
        checkpoint();
        if (done & 1 != 0) passes(guardian, abi.encodeCall(IVault.pause, ()));
        if (done & 2 != 0) give(usdc, 1e6);
        if (done & 4 != 0) change(abi.encodeCall(IVault.setReviewer, (reviewers[0], true, 3)));
        if (done & 8 != 0) change(abi.encodeCall(IVault.setSentinel, (owner)));
        uint256 at = block.timestamp;
        if (done & 16 != 0) {
            wethFeed.set(100e8);
            checkpoint();
        }
        if (done & 48 == 48) {
            pass(10 minutes);
            checkpoint();
        }
        VaultState memory s = lens.stateOf(address(vault));
        assertEq(s.paused, done & 1 != 0);
        assertEq(s.reviewThreshold, done & 4 != 0 ? 3 : 2);
        assertEq(s.sentinelRequired, done & 8 != 0);
        assertEq(s.suspended, done & 48 == 16);
        assertEq(s.suspendedAt, done & 48 == 16 ? at : 0);
        assertEq(s.tripped, done & 48 == 48);
        assertEq(s.incident, done & 48 == 48 ? 1 : 0);
        bool settled = done & 16 != 0 || done & 14 == 0;
        assertEq(s.checkpointFresh, settled);
        assertEq(s.executor, executor);
        assertEq(s.executorExpiry, expiry);
        assertEq(s.treasurerEpoch, 1);
        assertEq(s.epoch, 1);
        assertTrue(s.isSealed);
        assertEq(abi.encode(s.limits), abi.encode(defaultLimits()));
        assertEq(s.policyHash, vault.words().policyHash);
    }

    function testFuzz_state_metersAreDrainedToNow(uint32 wait) public {
        Mandate memory m = sellUsdc();
        open(m);
        run(m, 30_000e6);
        uint256 lost = lens.stateOf(address(vault)).lossUsedUsd;
        assertGt(lost, 0);
        wait = uint32(bound(wait, 0, 2 days));
        pass(wait);
        VaultState memory s = lens.stateOf(address(vault));
        uint256 drained = VOLUME_CAPACITY * wait / 1 days;
        assertEq(s.volumeUsedUsd, drained < 30_000e18 ? 30_000e18 - drained : 0);
        drained = LOSS_CAPACITY * wait / 1 days;
        assertEq(s.lossUsedUsd, drained < lost ? lost - drained : 0);
        assertEq(s.refundUsedUsd, 0);
        assertEq(s.checkpointFresh, wait <= 1 hours);
    }

    // --- assetsOf ---

    function testFuzz_assets_bookedBalanceAndPrice(uint64 donated, uint32 price, bool out, bool broken) public {
        usdc.mint(address(vault), donated);
        wethFeed.set(int256(bound(price, 2e8, 90_000e8)));
        if (out) passes(guardian, abi.encodeCall(IVault.quarantine, (address(weth))));
        if (broken) weth.setBalances(MockToken.Balances.Revert);
        AssetState[] memory list = lens.assetsOf(address(vault));
        assertEq(list.length, 4);
        assertEq(list[0].token, address(usdc));
        assertEq(list[0].decimals, 6);
        assertEq(list[0].booked, 1_000_000e6);
        assertEq(list[0].balance, 1_000_000e6 + uint256(donated));
        assertEq(list[0].verdict.low, 1e18);
        assertEq(list[0].sizeFactorBps, 10_000);
        assertEq(list[2].sizeFactorBps, 1_019, "never sampled: the floor");
        assertEq(uint256(list[3].listing), uint256(out ? Listing.Quarantined : Listing.Feed));
        assertEq(list[3].booked, 100e18);
        assertEq(list[3].balance, broken ? 0 : 100e18);
        assertEq(uint256(list[3].verdict.reason), uint256(broken ? Refusal.TransferFailed : Refusal.None));
        assertEq(list[3].verdict.feed, broken ? 0 : uint256(wethFeed.answer()) * 1e10);
    }

    // --- history ---

    /// @notice Anybody can make another pool of the pair the deepest at its price; none but the owner chooses the guard.
    function test_history_isOfThePoolThatGuardsAnAsset() public {
        addLiquidity(secondPool, 0, 1e24);
        PoolQuery[] memory queries = new PoolQuery[](2);
        (queries[0].venue, queries[0].pool) = (Venue.UniswapV3, secondPool);
        (queries[1].venue, queries[1].pool) = (Venue.UniswapV3, pool);
        uint32[] memory ages = new uint32[](1);
        assertEq(lens.observe(address(vault), 0, 0, queries, ages, 2).history.pool, secondPool);
        change(abi.encodeCall(IVault.listAsset, (AssetConfiguration(address(weth), wethByTwap()))));
        assertEq(lens.observe(address(vault), 0, 0, queries, ages, 2).history.pool, pool);
        assertEq(lens.observe(address(vault), 0, 0, queries, ages, 1).history.pool, secondPool, "not asked for");
    }

    // --- hintsOf ---

    /// @notice However often the pool was written to, the hints lead where they must.
    function testFuzz_hints_leadToTheObservation(uint16[20] memory waits, uint8 count) public {
        change(abi.encodeCall(IVault.listAsset, (AssetConfiguration(address(weth), wethByTwap()))));
        for (uint256 i = 0; i <= count % 20; i++) {
            pass(bound(waits[i], 1, 1 hours));
            addLiquidity(pool, 0, 1e6);
        }
        pass(30 minutes);
        uint16[] memory where = lens.hintsOf(address(vault));
        assertEq(where.length, 4);
        assertEq(where[0] + where[1] + where[2], 0);
        AssetState[] memory list = lens.assetsOf(address(vault));
        assertEq(where[3], list[3].hint);
        assertEq(list[3].twapPool, pool);
        for (uint256 i = 0; i < 3; i++) {
            assertEq(list[i].twapPool, address(0));
        }
        vault.checkpoint(where);
        assertEq(state().checkpointAt, block.timestamp);
    }

    /// @notice With one observation more than the walk is long in between, a hint is asked for, and a missing one is refused.
    function test_hints_areNeeded() public {
        change(abi.encodeCall(IVault.listAsset, (AssetConfiguration(address(weth), wethByTwap()))));
        for (uint256 i = 0; i < 40; i++) {
            pass(5 minutes);
            addLiquidity(pool, 0, 1e6);
        }
        expectRefusal(Refusal.TwapUnavailable, uint160(address(weth)));
        vault.checkpoint(new uint16[](0));
        vault.checkpoint(lens.hintsOf(address(vault)));
    }

    // --- one tick's view ---

    function testFuzz_view_hasTheModelAndTheRefill(bytes32 model, bool known, uint32 later) public {
        Mandate memory m = sellUsdc();
        (m.refillAmount, m.refillPeriod) = (70_000e6, 1 days);
        bytes32 id = open(m);
        run(m, 10_000e6);
        uint256 at = block.timestamp;
        pass(bound(later, 0, 30 days));
        if (known) model = MODEL;
        TickView memory seen = lens.observe(address(vault), id, model, new PoolQuery[](0), new uint32[](0), 0);
        assertEq(seen.modelActive, model == MODEL);
        assertEq(seen.refillUsed, 10_000e6);
        assertEq(seen.refillUpdatedAt, at);
        assertEq(abi.encode(seen.vault), abi.encode(lens.stateOf(address(vault))));
        assertEq(abi.encode(seen.assets), abi.encode(lens.assetsOf(address(vault))));
        passes(guardian, abi.encodeCall(IVault.retireModel, (model)));
        seen = lens.observe(address(vault), id, model, new PoolQuery[](0), new uint32[](0), 0);
        assertFalse(seen.modelActive);
    }

    function test_view_ofAOneOffMandateHasNoRefill() public {
        Mandate memory m = sellUsdc();
        bytes32 id = open(m);
        run(m, 10_000e6);
        TickView memory seen = lens.observe(address(vault), id, MODEL, new PoolQuery[](0), new uint32[](0), 0);
        assertEq(seen.refillUsed + seen.refillUpdatedAt, 0);
    }
}
