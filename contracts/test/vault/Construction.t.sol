// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {VaultReading} from "../../src/VaultReading.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {World} from "../support/World.sol";

/// @title What a vault refuses to be made of, and how it begins
contract ConstructionTest is World {
    function expectNoVault(VaultConfiguration memory c, Refusal reason, uint256 detail) private {
        expectRefusal(reason, detail);
        deploy(c);
    }

    function list(address one, address other) private pure returns (address[] memory both) {
        both = new address[](2);
        (both[0], both[1]) = (one, other);
    }

    // --- how it begins ---

    function test_startsShutAndEmpty() public {
        VaultState memory s = VaultReading.stateOf(deploy(configuration()));
        assertFalse(s.isSealed || s.paused || s.suspended || s.tripped || s.checkpointFresh || s.sentinelRequired);
        assertEq(s.epoch, 1);
        assertEq(s.incident, 0);
        assertEq(s.treasurerEpoch, 0);
        assertEq(s.checkpointAt, 0);
        assertEq(s.peakUsd + s.netAssetValueUsd + s.volumeUsedUsd + s.lossUsedUsd + s.refundUsedUsd, 0);
        assertEq(abi.encode(s.limits), abi.encode(defaultLimits()));
    }

    function test_knowsItsPeopleAndParts() public {
        VaultConfiguration memory c = configuration();
        c.guardians = list(guardian, stranger);
        IVault fresh = deploy(c);
        assertEq(fresh.owner(), owner);
        assertEq(fresh.pendingOwner(), address(0));
        assertEq(fresh.treasurer(), treasurer);
        assertEq(fresh.sentinel(), address(0));
        assertTrue(fresh.isGuardian(guardian) && fresh.isGuardian(stranger) && !fresh.isGuardian(owner));
        assertTrue(fresh.isReviewer(reviewers[0]) && fresh.isReviewer(reviewers[1]) && fresh.isReviewer(reviewers[2]));
        assertFalse(fresh.isReviewer(treasurer));
        assertEq(VaultReading.stateOf(fresh).reviewThreshold, 2);
        assertEq(VaultReading.stateOf(fresh).executor, executor);
        assertEq(VaultReading.stateOf(fresh).executorExpiry, c.executorExpiry);
        assertEq(fresh.router(), address(router));
        assertEq(fresh.oracle(), address(oracle));
        assertEq(fresh.approvals(), approvals);
        assertEq(fresh.wrappedNative(), address(weth));
        assertEq(fresh.dailyLossUsd(), DAILY_LOSS);
        assertTrue(fresh.isModelActive(MODEL));
        assertFalse(fresh.isModelActive(0));
        assertEq(fresh.voucherCounter(), 0);
    }

    /// @notice Reviewers sign under the hash of all of it.
    function test_policyHash_isOfTheWholeConfiguration() public {
        VaultConfiguration memory c = configuration();
        assertEq(VaultReading.stateOf(deploy(c)).policyHash, keccak256(abi.encode(c)));
        c.limits.drawdownBps--;
        assertEq(VaultReading.stateOf(deploy(c)).policyHash, keccak256(abi.encode(c)));
    }

    // --- people ---

    function test_executor_holdsNoOtherRole() public {
        address[5] memory others = [owner, treasurer, guardian, reviewers[0], reviewers[2]];
        VaultConfiguration memory c = configuration();
        for (uint256 i = 0; i < others.length; i++) {
            c.executor = others[i];
            expectNoVault(c, Refusal.RoleConflict, uint160(others[i]));
        }
        c.executor = c.sentinel = stranger;
        expectNoVault(c, Refusal.RoleConflict, uint160(stranger));
    }

    function test_owner_isNoGuardian() public {
        VaultConfiguration memory c = configuration();
        c.guardians = list(guardian, owner);
        expectNoVault(c, Refusal.RoleConflict, uint160(owner));
    }

    function test_sentinel_isNoReviewer() public {
        VaultConfiguration memory c = configuration();
        c.sentinel = reviewers[1];
        expectNoVault(c, Refusal.RoleConflict, uint160(reviewers[1]));
        c.sentinel = stranger;
        IVault fresh = deploy(c);
        assertEq(fresh.sentinel(), stranger);
        assertTrue(VaultReading.stateOf(fresh).sentinelRequired);
    }

    function test_nobodyIsNamedTwice() public {
        VaultConfiguration memory c = configuration();
        c.guardians = list(guardian, guardian);
        expectNoVault(c, Refusal.RoleConflict, uint160(guardian));
        c = configuration();
        c.reviewers = list(reviewers[0], reviewers[0]);
        expectNoVault(c, Refusal.RoleConflict, uint160(reviewers[0]));
    }

    /// @notice The other roles may be one person's.
    function test_otherRoles_mayBeShared() public {
        VaultConfiguration memory c = configuration();
        c.treasurer = owner;
        c.reviewers = list(owner, guardian);
        c.sentinel = guardian;
        expectNoVault(c, Refusal.RoleConflict, uint160(guardian));
        c.sentinel = treasurer;
        deploy(c);
    }

    function test_nobody_holdsNoRole() public {
        VaultConfiguration memory c = configuration();
        c.owner = address(0);
        expectNoVault(c, Refusal.OutOfBounds, 0);
        c = configuration();
        c.treasurer = address(0);
        expectNoVault(c, Refusal.OutOfBounds, 0);
        c = configuration();
        c.guardians = list(guardian, address(0));
        expectNoVault(c, Refusal.OutOfBounds, 0);
        c = configuration();
        c.reviewers = list(reviewers[0], address(0));
        expectNoVault(c, Refusal.OutOfBounds, 0);
        c = configuration();
        c.executor = address(0);
        expectNoVault(c, Refusal.OutOfBounds, 0);
    }

    function test_threshold_isOneToAll() public {
        VaultConfiguration memory c = configuration();
        c.reviewThreshold = 0;
        expectNoVault(c, Refusal.OutOfBounds, 0);
        c.reviewThreshold = 4;
        expectNoVault(c, Refusal.OutOfBounds, 4);
        c.reviewThreshold = 1;
        deploy(c);
        c.reviewThreshold = 3;
        deploy(c);
        c.reviewers = new address[](0);
        c.reviewThreshold = 1;
        expectNoVault(c, Refusal.OutOfBounds, 1);
    }

    function test_executorKey_livesOnAndFitsItsWord() public {
        VaultConfiguration memory c = configuration();
        c.executorExpiry = uint64(block.timestamp);
        expectNoVault(c, Refusal.OutOfBounds, block.timestamp);
        c.executorExpiry++;
        deploy(c);
        c.executorExpiry = uint64(type(uint32).max) + 1;
        expectNoVault(c, Refusal.OutOfBounds, uint64(type(uint32).max) + 1);
        c.executorExpiry--;
        assertEq(VaultReading.stateOf(deploy(c)).executorExpiry, type(uint32).max);
    }

    // --- parts ---

    function testFuzz_parts_haveCode(address empty, uint8 which) public {
        vm.assume(empty.code.length == 0);
        VaultConfiguration memory c = configuration();
        if (which % 4 == 0) c.router = empty;
        if (which % 4 == 1) c.oracle = empty;
        if (which % 4 == 2) c.approvals = empty;
        if (which % 4 == 3) c.wrappedNative = empty;
        expectNoVault(c, Refusal.OutOfBounds, uint160(empty));
    }

    // --- limits and the promise ---

    /// @notice The largest of each that fit.
    function largest() private pure returns (Limits memory) {
        uint256 usd = (uint256(type(uint40).max) + 1) * 1e18 - 1;
        uint256 refund = (uint256(type(uint24).max) + 1) * 1e18 - 1;
        return Limits(usd, usd, usd, usd, refund, 1_000, 5_000, 5_000, 1 days);
    }

    function test_limits_withinTheirConstantBounds() public {
        VaultConfiguration memory c = configuration();
        c.dailyLossUsd = type(uint256).max;
        c.limits = largest();
        deploy(c);
        for (uint256 i = 0; i < 9; i++) {
            c.limits = largest();
            uint256 above = uint256(type(uint40).max) + 1;
            if (i == 0) c.limits.automaticLimitUsd++;
            if (i == 1) c.limits.sizeCapUsd++;
            if (i == 2) c.limits.volumeCapacityUsd++;
            if (i == 3) c.limits.lossCapacityUsd++;
            if (i == 4) above = ++c.limits.refundCapacityUsd / 1e18;
            if (i == 5) above = ++c.limits.maximumSlippageBps;
            if (i == 6) above = ++c.limits.drawdownBps;
            if (i == 7) above = ++c.limits.referenceVolatilityBps;
            if (i == 8) above = ++c.limits.maximumCheckpointAge;
            expectNoVault(c, Refusal.OutOfBounds, above);
        }
    }

    /// @notice 2 (B + e C): 5,000 and the worst error of a pair, 1 %, of 200,000 make 14,000 a day.
    function test_promise_exactlyAndADollarUnder() public {
        VaultConfiguration memory c = configuration();
        c.dailyLossUsd = 14_000e18;
        deploy(c);
        c.dailyLossUsd = 13_999e18;
        expectNoVault(c, Refusal.PromiseBroken, 14_000e18);
        c.dailyLossUsd = 14_000e18 - 1;
        expectNoVault(c, Refusal.PromiseBroken, 14_000e18);
    }

    /// @notice An average adds its band to the error of its asset: 1 + 0.5 and 0.5 %.
    function test_promise_countsTheBand() public {
        VaultConfiguration memory c = configuration();
        c.assets[3].source = wethByTwap();
        c.dailyLossUsd = 18_000e18;
        deploy(c);
        c.dailyLossUsd = 17_999e18;
        expectNoVault(c, Refusal.PromiseBroken, 18_000e18);
    }

    /// @notice Of the two worst assets, wherever they stand in the list; with one asset there is no pair, and its error counts once.
    function testFuzz_promise_isOfTheTwoWorst(uint256 volume, uint256 loss, uint16[4] memory errors) public {
        VaultConfiguration memory c = configuration();
        volume = bound(volume, 0, 1e9);
        loss = bound(loss, 0, 1e9);
        (c.limits.volumeCapacityUsd, c.limits.lossCapacityUsd) = (volume * 1e18, loss * 1e18 + 0.9e18);
        uint256 worst = 0;
        for (uint256 i = 0; i < 4; i++) {
            errors[i] = c.assets[i].source.errorBps = uint16(bound(errors[i], 1, 500));
            for (uint256 j = 0; j < i; j++) {
                if (uint256(errors[i]) + errors[j] > worst) worst = uint256(errors[i]) + errors[j];
            }
        }
        uint256 possible = 2 * (loss * 1e18 + volume * 1e14 * worst);
        c.dailyLossUsd = possible;
        assertEq(deploy(c).dailyLossUsd(), possible);
        if (possible == 0) return;
        c.dailyLossUsd = possible - 1;
        expectNoVault(c, Refusal.PromiseBroken, possible);
    }

    // --- the seal ---

    function test_unsealed_neitherTradesNorBooks() public {
        vault = deploy(configuration());
        give(usdc, 100_000e6);
        checkpoint();
        Mandate memory m = sellUsdc();
        open(m);
        Order memory o = orderFor(m, 1_000e6);
        expectRefusal(Refusal.NotSealed, 0);
        vm.prank(executor);
        vault.execute(m, o, oneLeg(1_000e6), noVoucher(), "");
        vm.startPrank(owner);
        expectRefusal(Refusal.NotSealed, 0);
        vault.book(address(usdc));
        vault.seal();
        vm.stopPrank();
        run(m, 1_000e6);
    }

    function testFuzz_seal_onceAndByTheOwnerOnly(address caller) public {
        vm.assume(caller != owner);
        vault = deploy(configuration());
        expectRefusal(Refusal.Unauthorized, uint160(caller));
        vm.prank(caller);
        vault.seal();
        vm.startPrank(owner);
        vm.expectEmit(address(vault));
        emit IVault.Sealed(owner);
        vault.seal();
        assertTrue(state().isSealed);
        expectRefusal(Refusal.AlreadySealed, 0);
        vault.seal();
    }
}
