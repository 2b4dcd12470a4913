// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {Doors} from "../support/Doors.sol";

/// @title Loosening waits: submitted, ripe, used once
contract TimelockTest is Doors {
    /// @notice One change of each kind; all of them would go through.
    function changeOf(uint256 kind) private view returns (bytes memory) {
        Limits memory limits = defaultLimits();
        limits.drawdownBps = 2_000;
        bytes[9] memory all = [
            abi.encodeCall(IVault.raiseLimits, (limits)),
            abi.encodeCall(IVault.setExecutor, (stranger, uint64(block.timestamp + 300 days))),
            abi.encodeCall(IVault.setTreasurer, (stranger)),
            abi.encodeCall(IVault.setGuardian, (stranger, true)),
            abi.encodeCall(IVault.setReviewer, (stranger, true, 2)),
            abi.encodeCall(IVault.setSentinel, (stranger)),
            abi.encodeCall(IVault.allowModel, ("model")),
            abi.encodeCall(
                IVault.listAsset, (AssetConfiguration(address(weth), feedSource(wethFeed, 1e18, 100_000e18)))
            ),
            abi.encodeCall(IVault.lowerDelay, (IVault.allowModel.selector, 0))
        ];
        return all[kind % 9];
    }

    function isOfPeople(bytes memory data) private pure returns (bool) {
        return bytes4(data) == IVault.setGuardian.selector || bytes4(data) == IVault.setReviewer.selector;
    }

    function submit(bytes memory data) private {
        passes(owner, abi.encodeCall(IVault.submit, (data)));
    }

    // --- submit ---

    function testFuzz_submit_isTheOwners(bytes memory data, address random, uint8 pick) public {
        assertUnauthorized(outsider(random, pick), abi.encodeCall(IVault.submit, (data)));
        assertUnauthorized(guardian, abi.encodeCall(IVault.submit, (data)));
        assertEq(vault.ripeAt(data), 0);
    }

    function test_submit_refusesWhatIsNoCall() public {
        bytes memory data;
        for (uint256 i = 0; i < 4; i++) {
            assertRefused(owner, abi.encodeCall(IVault.submit, (data)), Refusal.OutOfBounds, i);
            data = bytes.concat(data, hex"01");
        }
        submit(data);
    }

    function testFuzz_submit_announces(bytes4 selector, bytes memory rest) public {
        vm.assume(selector != IVault.lowerDelay.selector);
        bytes memory data = bytes.concat(selector, rest);
        uint256 at = block.timestamp + 1 days;
        vm.expectEmit(address(vault));
        emit IVault.ChangeSubmitted(owner, selector, data, at);
        submit(data);
        assertEq(vault.ripeAt(data), at);
        assertEq(vault.ripeAt(bytes.concat(data, hex"00")), 0);
    }

    function testFuzz_submit_againWaitsAgain(uint8 kind, uint256 between) public {
        bytes memory data = changeOf(kind);
        submit(data);
        pass(bound(between, 1, 40 days));
        submit(data);
        uint256 at = vault.ripeAt(data);
        assertEq(at, block.timestamp + 1 days);
        pass(1 days - 1);
        assertRefused(owner, data, Refusal.NotRipe, at);
        pass(1);
        passes(owner, data);
    }

    // --- carrying it out ---

    function testFuzz_change_waitsIsUsedOnceAndExpires(uint8 kind, uint256 early, uint256 late) public {
        bytes memory data = changeOf(kind);
        assertRefused(owner, data, Refusal.NotSubmitted, 0);
        submit(data);
        uint256 at = vault.ripeAt(data);
        early = bound(early, 1, 1 days);
        pass(1 days - early);
        assertRefused(owner, data, Refusal.NotRipe, at);
        late = bound(late, 0, 30 days);
        pass(early + late);
        if (late > 14 days) {
            assertRefused(owner, data, Refusal.ChangeExpired, at + 14 days);
            return;
        }
        passes(owner, data);
        assertEq(vault.ripeAt(data), 0);
        assertRefused(owner, data, Refusal.NotSubmitted, 0);
    }

    function testFuzz_change_lastsToTheLastSecondOfAFortnight(uint8 kind) public {
        bytes memory data = changeOf(kind);
        submit(data);
        pass(15 days);
        passes(owner, data);
        submit(data);
        uint256 end = block.timestamp + 15 days;
        pass(15 days + 1);
        assertRefused(owner, data, Refusal.ChangeExpired, end);
    }

    /// @notice What was announced is what can be done: not a bit of it differs.
    function testFuzz_otherCalldata_isAnotherChange(uint8 kind, uint256 at, uint8 flip) public {
        bytes memory data = changeOf(kind);
        ripen(data);
        bytes memory other = bytes.concat(data);
        at = bound(at, 4, data.length - 1);
        other[at] ^= bytes1(flip | 1);
        (bool done,) = knock(owner, other);
        assertFalse(done);
        assertRefused(owner, bytes.concat(data, hex"00"), Refusal.NotSubmitted, 0);
        passes(owner, data);
    }

    function test_change_thatIsRefusedStaysSubmitted() public {
        bytes memory data = abi.encodeCall(IVault.setTreasurer, (executor));
        ripen(data);
        assertRefused(owner, data, Refusal.RoleConflict, uint160(executor));
        passes(guardian, abi.encodeCall(IVault.dropExecutor, ()));
        passes(owner, data);
        assertEq(vault.treasurer(), executor);
    }

    function testFuzz_eachKindHasItsOwnDelay(uint8 kind, uint8 other, uint256 delay) public {
        vm.assume(kind % 9 != other % 9 && kind % 9 < 8 && other % 9 < 8);
        delay = bound(delay, 1 days, 30 days);
        passes(owner, abi.encodeCall(IVault.raiseDelay, (bytes4(changeOf(kind)), delay)));
        submit(changeOf(kind));
        submit(changeOf(other));
        assertEq(vault.ripeAt(changeOf(kind)), block.timestamp + delay);
        assertEq(vault.ripeAt(changeOf(other)), block.timestamp + 1 days);
    }

    // --- revoke ---

    function testFuzz_revoke_isTheGuardiansAndTheOwners(uint8 kind, address random, uint8 pick) public {
        bytes memory data = changeOf(kind);
        submit(data);
        assertUnauthorized(outsider(random, pick), abi.encodeCall(IVault.revoke, (data)));
        assertGt(vault.ripeAt(data), 0);
    }

    /// @notice Otherwise a bribed guardian could keep itself and a bribed reviewer in office.
    function testFuzz_revoke_ofChangesOfPeopleIsTheOwnersAlone(uint8 kind, bool byOwner) public {
        bytes memory data = changeOf(kind);
        submit(data);
        if (!byOwner && isOfPeople(data)) {
            assertUnauthorized(guardian, abi.encodeCall(IVault.revoke, (data)));
            pass(1 days);
            passes(owner, data);
            return;
        }
        address by = byOwner ? owner : guardian;
        vm.expectEmit(address(vault));
        emit IVault.ChangeRevoked(by, data);
        passes(by, abi.encodeCall(IVault.revoke, (data)));
        assertEq(vault.ripeAt(data), 0);
        pass(1 days);
        assertRefused(owner, data, Refusal.NotSubmitted, 0);
    }

    function testFuzz_revoke_ofWhatWasNeverSubmittedIsNothing(bytes memory data) public {
        vm.assume(!isOfPeople(data));
        passes(guardian, abi.encodeCall(IVault.revoke, (data)));
        passes(owner, abi.encodeCall(IVault.revoke, (data)));
        assertEq(vault.ripeAt(data), 0);
    }

    // --- seal and epoch ---

    function testFuzz_beforeTheSeal_nothingWaitsAndWhatIsPendingDies(uint8 kind, uint8 other) public {
        vault = deploy(configuration());
        passes(owner, abi.encodeCall(IVault.raiseDelay, (IVault.setSentinel.selector, 9 days)));
        bytes memory data = changeOf(kind);
        // Without a raise before it, a lowering does not wait either.
        assertRefused(owner, data, Refusal.NotSubmitted, 0);
        submit(data);
        assertEq(vault.ripeAt(data), block.timestamp);
        passes(owner, data);
        bytes memory pending = changeOf(other);
        submit(pending);
        passes(owner, abi.encodeCall(IVault.seal, ()));
        assertEq(vault.ripeAt(pending), 0);
        pass(1 days);
        assertRefused(owner, pending, Refusal.NotSubmitted, 0);
        submit(pending);
        assertRefused(owner, pending, Refusal.NotRipe, vault.ripeAt(pending));
    }

    function testFuzz_change_diesWithTheEpoch(uint8 kind, bool ripe) public {
        bytes memory data = changeOf(kind);
        submit(data);
        if (ripe) pass(1 days);
        trip();
        assertGt(vault.ripeAt(data), 0, "a trip is no reset");
        reset(resetTo(makeAddr("new executor")));
        assertEq(vault.ripeAt(data), 0);
        pass(1 days);
        assertRefused(owner, data, Refusal.NotSubmitted, 0);
        // Announced again it waits as ever.
        submit(data);
        assertRefused(owner, data, Refusal.NotRipe, vault.ripeAt(data));
        pass(1 days);
        passes(owner, data);
    }

    /// @notice People who went missing can be replaced before the breaker is reset.
    function testFuzz_change_ripensWhileTrippedAndPaused(uint8 kind, bool submittedBefore) public {
        bytes memory data = changeOf(kind);
        if (submittedBefore) submit(data);
        trip();
        passes(guardian, abi.encodeCall(IVault.pause, ()));
        if (!submittedBefore) submit(data);
        pass(1 days);
        passes(owner, data);
        assertTrue(state().tripped && state().paused);
    }
}
