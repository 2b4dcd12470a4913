// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {LimitTerms} from "../../src/guards/LimitTerms.sol";
import {Refusal} from "../../src/Refusal.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {Doors} from "../support/Doors.sol";

/// @title Limits go down at once and up after a delay
contract LimitsTest is Doors {
    /// @notice Anything that the bounds allow.
    function inBounds(Limits memory l) private pure {
        l.automaticLimitUsd = bound(l.automaticLimitUsd, 0, (uint256(type(uint40).max) + 1) * 1e18 - 1);
        l.sizeCapUsd = bound(l.sizeCapUsd, 0, (uint256(type(uint40).max) + 1) * 1e18 - 1);
        l.volumeCapacityUsd = bound(l.volumeCapacityUsd, 0, 400_000e18);
        l.lossCapacityUsd = bound(l.lossCapacityUsd, 0, 5_999e18);
        l.refundCapacityUsd = bound(l.refundCapacityUsd, 0, (uint256(type(uint24).max) + 1) * 1e18 - 1);
        l.maximumSlippageBps = uint16(bound(l.maximumSlippageBps, 0, 1_000));
        l.drawdownBps = uint16(bound(l.drawdownBps, 0, 5_000));
        l.referenceVolatilityBps = uint16(bound(l.referenceVolatilityBps, 0, 5_000));
        l.maximumCheckpointAge = uint32(bound(l.maximumCheckpointAge, 0, 1 days));
    }

    function values(Limits memory l) private pure returns (uint256[9] memory) {
        return [
            l.automaticLimitUsd,
            l.sizeCapUsd,
            l.volumeCapacityUsd,
            l.lossCapacityUsd,
            l.refundCapacityUsd,
            uint256(l.maximumSlippageBps),
            l.drawdownBps,
            l.referenceVolatilityBps,
            l.maximumCheckpointAge
        ];
    }

    /// @notice The smaller or the larger of both, limit by limit; of `wanted`, whole dollars count.
    function merged(Limits memory old, Limits memory wanted, bool smaller) private pure returns (Limits memory) {
        uint256[9] memory a = values(old);
        uint256[9] memory b = values(wanted);
        for (uint256 i = 0; i < 9; i++) {
            if (i < 5) b[i] = b[i] / 1e18 * 1e18;
            if ((b[i] < a[i]) == smaller) a[i] = b[i];
        }
        return Limits(a[0], a[1], a[2], a[3], a[4], uint16(a[5]), uint16(a[6]), uint16(a[7]), uint32(a[8]));
    }

    // --- lowerLimits ---

    function testFuzz_lowerLimits_isTheGuardiansAndTheOwners(Limits memory wanted, address random, uint8 pick) public {
        assertUnauthorized(outsider(random, pick), abi.encodeCall(IVault.lowerLimits, (wanted)));
        passes(guardian, abi.encodeCall(IVault.lowerLimits, (wanted)));
        passes(owner, abi.encodeCall(IVault.lowerLimits, (wanted)));
    }

    function testFuzz_lowerLimits_setsTheSmallerOfOldAndNew(Limits memory wanted, bool byOwner) public {
        address by = byOwner ? owner : guardian;
        Limits memory old = state().limits;
        bytes32 was = state().policyHash;
        Limits memory expected = merged(old, wanted, true);
        bool differs = keccak256(abi.encode(old)) != keccak256(abi.encode(expected));
        vm.expectEmit(address(vault));
        emit IVault.LimitsLowered(by, expected);
        passes(by, abi.encodeCall(IVault.lowerLimits, (wanted)));
        assertEq(abi.encode(state().limits), abi.encode(expected));
        assertEq(state().policyHash != was, differs);
        // Again: nothing more.
        was = state().policyHash;
        passes(guardian, abi.encodeCall(IVault.lowerLimits, (wanted)));
        assertEq(abi.encode(state().limits), abi.encode(expected));
        assertEq(state().policyHash, was);
    }

    function test_lowerLimits_takesTheLargestArguments() public {
        uint256 most = type(uint256).max;
        Limits memory wanted = Limits(
            most, most, most, most, most, type(uint16).max, type(uint16).max, type(uint16).max, type(uint32).max
        );
        Limits memory old = state().limits;
        passes(guardian, abi.encodeCall(IVault.lowerLimits, (wanted)));
        assertEq(abi.encode(state().limits), abi.encode(old));
    }

    /// @notice Size factors were worked out with the old reference.
    function test_lowerLimits_ofTheReferenceVolatilityWaitsForACheckpoint() public {
        Limits memory l = defaultLimits();
        passes(guardian, abi.encodeCall(IVault.lowerLimits, (l)));
        assertTrue(state().checkpointFresh);
        l.referenceVolatilityBps--;
        passes(guardian, abi.encodeCall(IVault.lowerLimits, (l)));
        assertFalse(state().checkpointFresh);
        checkpoint();
        assertTrue(state().checkpointFresh);
    }

    function test_lowerLimits_forgetsNothingThatIsUsed() public {
        Mandate memory m = sellUsdc();
        open(m);
        run(m, 30_000e6);
        uint256 lost = state().lossUsedUsd;
        assertGt(lost, 0);
        Limits memory l = defaultLimits();
        l.volumeCapacityUsd = 30_000e18;
        l.lossCapacityUsd = 0;
        passes(guardian, abi.encodeCall(IVault.lowerLimits, (l)));
        assertEq(state().volumeUsedUsd, 30_000e18);
        assertEq(state().lossUsedUsd, lost);
        pass(60);
        uint256 drained = uint256(30_000e18) * 60 / 1 days;
        Order memory o = orderFor(m, 121e6);
        expectRefusal(Refusal.VolumeExceeded, 30_000e18 - drained + 121e18);
        vm.prank(executor);
        vault.execute(m, o, oneLeg(121e6), noVoucher(), "");
    }

    // --- raiseLimits ---

    function testFuzz_raiseLimits_isTheOwnersAfterADelay(Limits memory wanted, address random, uint8 pick) public {
        inBounds(wanted);
        assertOwnersAfterADelay(abi.encodeCall(IVault.raiseLimits, (wanted)), random, pick);
    }

    function testFuzz_raiseLimits_refusesWhatIsOutOfBounds(uint256 beyond, uint8 which) public {
        Limits memory l = defaultLimits();
        which = which % 9;
        uint256 dollars = bound(beyond, uint256(type(uint40).max) + 1, type(uint256).max / 1e18);
        if (which == 0) l.automaticLimitUsd = dollars * 1e18;
        if (which == 1) l.sizeCapUsd = dollars * 1e18;
        if (which == 2) l.volumeCapacityUsd = dollars * 1e18;
        if (which == 3) l.lossCapacityUsd = dollars * 1e18;
        if (which == 4) {
            dollars = bound(beyond, uint256(type(uint24).max) + 1, type(uint256).max / 1e18);
            l.refundCapacityUsd = dollars * 1e18;
        }
        if (which == 5) dollars = l.maximumSlippageBps = uint16(bound(beyond, 1_001, type(uint16).max));
        if (which == 6) dollars = l.drawdownBps = uint16(bound(beyond, 5_001, type(uint16).max));
        if (which == 7) dollars = l.referenceVolatilityBps = uint16(bound(beyond, 5_001, type(uint16).max));
        if (which == 8) dollars = l.maximumCheckpointAge = uint32(bound(beyond, 1 days + 1, type(uint32).max));
        assertChangeRefused(abi.encodeCall(IVault.raiseLimits, (l)), Refusal.OutOfBounds, dollars);
    }

    /// @notice Two feeds of half a per cent: four fifths of the capacity's per cent in a day, and twice the loss capacity.
    function testFuzz_raiseLimits_keepsThePromise(uint256 volume, uint256 loss) public {
        Limits memory l = defaultLimits();
        l.volumeCapacityUsd = bound(volume, 200_000, 2_000_000) * 1e18;
        l.lossCapacityUsd = bound(loss, 5_000, 20_000) * 1e18;
        uint256 possible = 2 * (l.lossCapacityUsd + l.volumeCapacityUsd / 100);
        bytes memory data = abi.encodeCall(IVault.raiseLimits, (l));
        if (possible > DAILY_LOSS) {
            assertChangeRefused(data, Refusal.PromiseBroken, possible);
        } else {
            change(data);
            assertEq(abi.encode(state().limits), abi.encode(l));
        }
    }

    function testFuzz_raiseLimits_setsTheLargerOfOldAndNew(Limits memory wanted) public {
        inBounds(wanted);
        Limits memory expected = merged(state().limits, wanted, false);
        bytes memory data = abi.encodeCall(IVault.raiseLimits, (wanted));
        bytes32 was = ripen(data);
        vm.expectEmit(address(vault));
        emit IVault.LimitsRaised(owner, expected);
        passes(owner, data);
        assertEq(abi.encode(state().limits), abi.encode(expected));
        assertNotEq(state().policyHash, was);
    }

    /// @notice What was lowered meanwhile is not raised by a change that did not ask for more of it.
    function test_raiseLimits_ofOneLimitLeavesTheOthersLowered() public {
        Limits memory wanted;
        wanted.drawdownBps = 2_000;
        ripen(abi.encodeCall(IVault.raiseLimits, (wanted)));
        Limits memory none;
        passes(guardian, abi.encodeCall(IVault.lowerLimits, (none)));
        passes(owner, abi.encodeCall(IVault.raiseLimits, (wanted)));
        assertEq(abi.encode(state().limits), abi.encode(wanted));
    }

    function test_bounds_areWhatTheyAreSaidToBe() public pure {
        assertEq(LimitTerms.HIGHEST_SLIPPAGE_BPS, 1_000);
        assertEq(LimitTerms.HIGHEST_DRAWDOWN_BPS, 5_000);
        assertEq(LimitTerms.HIGHEST_VOLATILITY_BPS, 5_000);
        assertEq(LimitTerms.LONGEST_CHECKPOINT_AGE, 1 days);
    }
}
