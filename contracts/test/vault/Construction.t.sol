// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {VaultReading} from "../../src/VaultReading.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {MockToken} from "../support/MockToken.sol";
import {World} from "../support/World.sol";

/// @title What a vault refuses to be made of
contract ConstructionTest is World {
    VaultConfiguration private c;

    function setUp() public override {
        super.setUp();
        VaultConfiguration memory good = configuration();
        c.owner = good.owner;
        c.treasurer = good.treasurer;
        c.guardians = good.guardians;
        c.reviewers = good.reviewers;
        c.reviewThreshold = good.reviewThreshold;
        c.executor = good.executor;
        c.executorExpiry = good.executorExpiry;
        c.router = good.router;
        c.oracle = good.oracle;
        c.approvals = good.approvals;
        c.wrappedNative = good.wrappedNative;
        c.dailyLossUsd = good.dailyLossUsd;
        c.models = good.models;
        c.limits = good.limits;
        for (uint256 i = 0; i < good.assets.length; i++) {
            c.assets.push(good.assets[i]);
        }
    }

    function policyHashOf() private returns (bytes32) {
        return VaultReading.stateOf(deploy(c)).policyHash;
    }

    function expectNoVault(Refusal reason, uint256 detail) private {
        expectRefusal(reason, detail);
        deploy(c);
    }

    function test_startsShutAndKnowsItsPeople() public {
        IVault fresh = deploy(c);
        VaultState memory s = VaultReading.stateOf(fresh);
        assertFalse(s.isSealed || s.paused || s.suspended || s.tripped || s.checkpointFresh);
        assertEq(s.epoch, 1);
        assertEq(s.incident, 0);
        assertEq(s.executor, executor);
        assertEq(fresh.owner(), owner);
        assertEq(fresh.treasurer(), treasurer);
        assertTrue(fresh.isGuardian(guardian));
        assertTrue(fresh.isReviewer(reviewers[0]) && fresh.isReviewer(reviewers[2]));
        assertEq(abi.encode(s.limits), abi.encode(defaultLimits()));
    }

    function test_policyHashBindsRolesAndLimits() public {
        bytes32 first = policyHashOf();
        assertEq(policyHashOf(), first);
        c.reviewThreshold = 3;
        bytes32 second = policyHashOf();
        c.limits.drawdownBps--;
        bytes32 third = policyHashOf();
        c.executor = stranger;
        bytes32 fourth = policyHashOf();
        assertTrue(first != second && second != third && first != third && fourth != third);
    }

    function test_refuses_sharedRoles() public {
        c.executor = owner;
        expectNoVault(Refusal.RoleConflict, uint160(owner));
        c.executor = guardian;
        expectNoVault(Refusal.RoleConflict, uint160(guardian));
        c.executor = treasurer;
        expectNoVault(Refusal.RoleConflict, uint160(treasurer));
        c.executor = reviewers[1];
        expectNoVault(Refusal.RoleConflict, uint160(reviewers[1]));
        c.executor = executor;
        c.guardians[0] = owner;
        expectNoVault(Refusal.RoleConflict, uint160(owner));
        c.guardians[0] = guardian;
        c.guardians.push(guardian);
        expectNoVault(Refusal.RoleConflict, uint160(guardian));
    }

    function test_refuses_sameReviewerTwice() public {
        c.reviewers.push(reviewers[0]);
        expectNoVault(Refusal.RoleConflict, uint160(reviewers[0]));
    }

    function test_refuses_thresholdOfZeroOrAboveTheReviewers() public {
        c.reviewThreshold = 0;
        expectNoVault(Refusal.OutOfBounds, 0);
        c.reviewThreshold = 4;
        expectNoVault(Refusal.OutOfBounds, 4);
    }

    function test_refuses_nobodies() public {
        c.owner = address(0);
        expectNoVault(Refusal.OutOfBounds, 0);
        c.owner = owner;
        c.treasurer = address(0);
        expectNoVault(Refusal.OutOfBounds, 0);
        c.treasurer = treasurer;
        c.guardians[0] = address(0);
        expectNoVault(Refusal.OutOfBounds, 0);
        c.guardians[0] = guardian;
        c.executor = address(0);
        expectNoVault(Refusal.OutOfBounds, 0);
    }

    function test_refuses_executorThatIsExpiredAlready() public {
        c.executorExpiry = uint64(block.timestamp);
        expectNoVault(Refusal.OutOfBounds, block.timestamp);
    }

    function test_refuses_partsWithoutCode() public {
        c.router = stranger;
        expectNoVault(Refusal.OutOfBounds, uint160(stranger));
        c.router = address(router);
        c.oracle = stranger;
        expectNoVault(Refusal.OutOfBounds, uint160(stranger));
        c.oracle = address(oracle);
        c.approvals = stranger;
        expectNoVault(Refusal.OutOfBounds, uint160(stranger));
        c.approvals = approvals;
        c.wrappedNative = stranger;
        expectNoVault(Refusal.OutOfBounds, uint160(stranger));
    }

    function test_refuses_limitsOutsideTheirConstantBounds() public {
        c.limits.maximumSlippageBps = 1_001;
        expectNoVault(Refusal.OutOfBounds, 1_001);
        c.limits = defaultLimits();
        c.limits.drawdownBps = 5_001;
        expectNoVault(Refusal.OutOfBounds, 5_001);
        c.limits = defaultLimits();
        c.limits.maximumCheckpointAge = 1 days + 1;
        expectNoVault(Refusal.OutOfBounds, 1 days + 1);
        c.limits = defaultLimits();
        c.limits.volumeCapacityUsd = type(uint256).max;
        expectNoVault(Refusal.OutOfBounds, type(uint256).max / 1e18);
        c.limits = defaultLimits();
        c.limits.referenceVolatilityBps = 5_001;
        expectNoVault(Refusal.OutOfBounds, 5_001);
        c.limits = defaultLimits();
        c.limits.refundCapacityUsd = 2 ** 24 * 1e18;
        expectNoVault(Refusal.OutOfBounds, 2 ** 24);
    }

    /// @notice 2 (B + e C): 5,000 and the worst error of a pair, 1 %, of 200,000 make 14,000 a day.
    function test_refuses_aPromiseThatItsLimitsBreak() public {
        c.dailyLossUsd = 14_000e18;
        deploy(c);
        c.dailyLossUsd--;
        expectNoVault(Refusal.PromiseBroken, 14_000e18);
    }

    function test_refuses_sentinelWhoHasAnotherPart() public {
        c.sentinel = executor;
        expectNoVault(Refusal.RoleConflict, uint160(executor));
        c.sentinel = reviewers[0];
        expectNoVault(Refusal.RoleConflict, uint160(reviewers[0]));
        c.sentinel = stranger;
        IVault fresh = deploy(c);
        assertEq(fresh.sentinel(), stranger);
        assertTrue(VaultReading.stateOf(fresh).sentinelRequired);
    }

    function test_refuses_unusableAssets() public {
        c.assets[0].source.heartbeat = 2 days + 1;
        expectNoVault(Refusal.OutOfBounds, 2 days + 1);
        c.assets[0].source.heartbeat = 0;
        expectNoVault(Refusal.OutOfBounds, 0);
        c.assets[0].source.heartbeat = 2 days;
        c.assets[0].source.feed = address(0);
        expectNoVault(Refusal.OutOfBounds, 0);
        c.assets[0] = c.assets[1];
        expectNoVault(Refusal.OutOfBounds, uint160(address(dai)));
    }

    function test_refuses_tokensWithFiveOrNineteenDecimals() public {
        c.assets[0].token = address(new MockToken(5));
        expectNoVault(Refusal.OutOfBounds, 5);
        c.assets[0].token = address(new MockToken(19));
        expectNoVault(Refusal.OutOfBounds, 19);
    }

    function test_unsealed_neitherTradesNorBooks() public {
        vault = deploy(c);
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

    function test_seals_onceAndByTheOwnerOnly() public {
        vault = deploy(c);
        expectRefusal(Refusal.Unauthorized, uint160(guardian));
        vm.prank(guardian);
        vault.seal();
        vm.startPrank(owner);
        vault.seal();
        expectRefusal(Refusal.AlreadySealed, 0);
        vault.seal();
    }
}
