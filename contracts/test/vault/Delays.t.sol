// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {Doors} from "../support/Doors.sol";

/// @title How long each kind of change waits: longer at once, shorter only after as long
contract DelaysTest is Doors {
    bytes4 private constant KIND = IVault.allowModel.selector;

    function raised(bytes4 kind, uint256 delay) private pure returns (bytes memory) {
        return abi.encodeCall(IVault.raiseDelay, (kind, delay));
    }

    function lowered(bytes4 kind, uint256 delay) private pure returns (bytes memory) {
        return abi.encodeCall(IVault.lowerDelay, (kind, delay));
    }

    function larger(uint256 a, uint256 b) private pure returns (uint256) {
        return a > b ? a : b;
    }

    // --- raiseDelay ---

    function testFuzz_raiseDelay_isTheOwners(bytes4 kind, uint256 delay, address random, uint8 pick) public {
        assertUnauthorized(outsider(random, pick), raised(kind, delay));
        assertUnauthorized(guardian, raised(kind, delay));
    }

    /// @notice At once, at most to thirty days, and never down, whatever the argument.
    function testFuzz_raiseDelay_onlyRaises(bytes4 kind, uint256[4] memory wanted) public {
        for (uint256 i = 0; i < 4; i++) {
            uint256 asked = i == 3 ? wanted[i] : bound(wanted[i], 0, 40 days);
            uint256 expected = larger(vault.delayOf(kind), asked < 30 days ? asked : 30 days);
            vm.expectEmit(address(vault));
            emit IVault.DelayRaised(owner, kind, expected);
            passes(owner, raised(kind, asked));
            assertEq(vault.delayOf(kind), expected);
            assertEq(vault.delayOf(~kind), 1 days, "each kind its own");
        }
    }

    function testFuzz_raiseDelay_leavesWhatIsSubmitted(uint256 delay) public {
        bytes memory data = abi.encodeCall(IVault.allowModel, ("model"));
        passes(owner, abi.encodeCall(IVault.submit, (data)));
        uint256 at = vault.ripeAt(data);
        passes(owner, raised(KIND, delay));
        assertEq(vault.ripeAt(data), at);
        pass(1 days);
        passes(owner, data);
    }

    // --- lowerDelay ---

    function testFuzz_lowerDelay_isTheOwnersAfterADelay(bytes4 kind, uint256 delay, address random, uint8 pick) public {
        assertOwnersAfterADelay(lowered(kind, delay), random, pick);
    }

    function testFuzz_lowerDelay_onlyLowersAndNotBelowADay(uint256 from, uint256 to) public {
        from = bound(from, 1 days, 30 days);
        to = bound(to, 0, 31 days);
        passes(owner, raised(KIND, from));
        bytes memory data = lowered(KIND, to);
        bytes32 was = ripen(data);
        uint256 expected = larger(1 days, from < to ? from : to);
        vm.expectEmit(address(vault));
        emit IVault.DelayLowered(owner, KIND, expected);
        passes(owner, data);
        assertEq(vault.delayOf(KIND), expected);
        assertNotEq(state().policyHash, was);
    }

    function testFuzz_lowerDelay_waitsForTheDelayThatItShortens(uint256 delay, uint256 early) public {
        delay = bound(delay, 1 days + 1, 30 days);
        early = bound(early, 1, delay);
        passes(owner, raised(KIND, delay));
        // The delay of lowering itself is another matter.
        passes(owner, raised(IVault.lowerDelay.selector, 3 days));
        bytes memory data = lowered(KIND, 0);
        passes(owner, abi.encodeCall(IVault.submit, (data)));
        uint256 at = block.timestamp + delay;
        assertEq(vault.ripeAt(data), at);
        pass(delay - early);
        assertRefused(owner, data, Refusal.NotRipe, at);
        pass(early);
        passes(owner, data);
        assertEq(vault.delayOf(KIND), 1 days);
    }

    /// @notice Lowering that was submitted while the delay was short does not undo a raise made since, before the raised
    /// delay has passed.
    function testFuzz_lowerDelay_submittedBeforeTheRaiseWaitsForIt(uint256 delay, uint256 after_) public {
        delay = bound(delay, 1 days + 1, 14 days);
        after_ = bound(after_, 0, 1 days);
        bytes memory data = lowered(KIND, 1 days);
        passes(owner, abi.encodeCall(IVault.submit, (data)));
        pass(after_);
        passes(owner, raised(KIND, delay));
        uint256 until = block.timestamp + delay;
        pass(1 days - after_);
        if (block.timestamp < until) assertRefused(owner, data, Refusal.NotRipe, until);
        pass(until - block.timestamp - 1);
        assertRefused(owner, data, Refusal.NotRipe, until);
        pass(1);
        passes(owner, data);
        assertEq(vault.delayOf(KIND), 1 days);
    }

    function test_lowerDelay_ofItself() public {
        bytes4 itself = IVault.lowerDelay.selector;
        passes(owner, raised(itself, 5 days));
        bytes memory data = lowered(itself, 1 days);
        passes(owner, abi.encodeCall(IVault.submit, (data)));
        assertEq(vault.ripeAt(data), block.timestamp + 5 days);
    }

    /// @notice In whatever order delays are raised and lowered, and changes submitted, taken back and submitted again: the
    /// earliest time at which a change of a kind could be made never moves to an earlier one.
    function testFuzz_earliestTimeOfAChangeNeverMovesEarlier(uint256[20] memory steps) public {
        bytes[2] memory lowerings = [lowered(KIND, 1 days), lowered(KIND, 6 days)];
        uint256 promised = earliest(lowerings);
        for (uint256 i = 0; i < 20; i++) {
            uint256 step = steps[i] % 7;
            uint256 amount = steps[i] >> 8;
            if (step < 2) pass(bound(amount, 1, 5 days));
            if (step == 2) raiseTo(bound(amount, 0, 20 days));
            if (step == 3) passes(owner, abi.encodeCall(IVault.submit, (lowerings[amount % 2])));
            if (step == 4) knock(owner, lowerings[amount % 2]);
            if (step == 5) passes(owner, abi.encodeCall(IVault.submit, (announced)));
            if (step == 6) passes(owner, abi.encodeCall(IVault.revoke, (lowerings[amount % 2])));
            uint256 next = earliest(lowerings);
            assertGe(next, promised);
            promised = next;
        }
    }

    bytes private announced = abi.encodeCall(IVault.allowModel, ("model"));
    uint256 private raisedAt;

    function raiseTo(uint256 delay) private {
        passes(owner, raised(KIND, delay));
        raisedAt = block.timestamp;
    }

    /// @dev Of a change that is submitted now, after a pending lowering, or was submitted already.
    function earliest(bytes[2] memory lowerings) private view returns (uint256 at) {
        uint256 delay = vault.delayOf(KIND);
        at = block.timestamp + delay;
        for (uint256 i = 0; i < 2; i++) {
            uint256 ripe = vault.ripeAt(lowerings[i]);
            uint256 start = larger(larger(ripe, block.timestamp), raisedAt + delay);
            if (ripe == 0 || start > ripe + 14 days) continue;
            at = smaller(at, start + smaller(delay, i == 0 ? 1 days : 6 days));
        }
        uint256 own = vault.ripeAt(announced);
        if (own != 0 && block.timestamp <= own + 14 days) at = smaller(at, larger(own, block.timestamp));
    }

    function smaller(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }
}
