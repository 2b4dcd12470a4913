// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {Doors} from "../support/Doors.sol";

/// @title The executor's key: set after a delay, dropped at once, powerless after its expiry
contract ExecutorTest is Doors {
    Mandate private m;

    function setUp() public override {
        super.setUp();
        m = sellUsdc();
        m.end += 60 days;
        open(m);
    }

    function execution() private view returns (bytes memory) {
        return abi.encodeCall(IVault.execute, (m, orderFor(m, 1_000e6), oneLeg(1_000e6), noVoucher(), ""));
    }

    function setTo(address key, uint256 expiry) private pure returns (bytes memory) {
        return abi.encodeCall(IVault.setExecutor, (key, uint64(expiry)));
    }

    // --- setExecutor ---

    function testFuzz_setExecutor_isTheOwnersAfterADelay(address key, uint64 expiry, address random, uint8 pick)
        public
    {
        assertOwnersAfterADelay(setTo(key, expiry), random, pick);
    }

    function testFuzz_setExecutor_refusesAnExpiryThatIsOverOrTooLarge(uint64 expiry) public {
        uint256 then = block.timestamp + 1 days;
        expiry = expiry % 2 == 0
            ? uint64(bound(expiry, 0, then))
            : uint64(bound(expiry, uint256(type(uint32).max) + 1, type(uint64).max));
        assertChangeRefused(setTo(stranger, expiry), Refusal.OutOfBounds, expiry);
        assertEq(state().executor, executor);
    }

    function test_setExecutor_takesTheFirstAndTheLastExpiry() public {
        change(setTo(stranger, block.timestamp + 1 days + 1));
        assertEq(state().executorExpiry, block.timestamp + 1);
        change(setTo(stranger, type(uint32).max));
        assertEq(state().executorExpiry, type(uint32).max);
    }

    function test_setExecutor_refusesNobodyAndHoldersOfRoles() public {
        address sentinel = makeAddr("sentinel");
        change(abi.encodeCall(IVault.setSentinel, (sentinel)));
        uint256 expiry = block.timestamp + 30 days;
        assertChangeRefused(setTo(address(0), expiry), Refusal.OutOfBounds, 0);
        address[6] memory holders = [owner, treasurer, guardian, reviewers[0], reviewers[2], sentinel];
        for (uint256 i = 0; i < holders.length; i++) {
            assertChangeRefused(setTo(holders[i], expiry), Refusal.RoleConflict, uint160(holders[i]));
        }
    }

    function testFuzz_setExecutor_putsTheKeyInForceInTheOldOnesPlace(address key, uint32 lifetime) public {
        vm.assume(key != address(0) && key != owner && key != guardian && key != treasurer && key != executor);
        vm.assume(!vault.isReviewer(key));
        uint64 expiry = uint64(bound(lifetime, block.timestamp + 2 days, type(uint32).max));
        bytes memory data = setTo(key, expiry);
        bytes32 was = ripen(data);
        vm.expectEmit(address(vault));
        emit IVault.ExecutorSet(owner, key, expiry);
        passes(owner, data);
        assertEq(state().executor, key);
        assertEq(state().executorExpiry, expiry);
        assertNotEq(state().policyHash, was);
        assertEq(state().epoch, 1, "orders signed off chain keep their epoch");
        checkpoint();
        assertRefused(executor, execution(), Refusal.NotExecutor, uint160(executor));
        passes(key, execution());
    }

    /// @notice A key is renewed by setting it again.
    function test_setExecutor_renewsTheSameKey() public {
        uint64 old = state().executorExpiry;
        change(setTo(executor, old + 30 days));
        pass(old - block.timestamp);
        checkpoint();
        run(m, 1_000e6);
        pass(30 days - 1);
        checkpoint();
        run(m, 1_000e6);
        pass(1);
        assertRefused(executor, execution(), Refusal.ExecutorExpired, old + 30 days);
    }

    // --- dropExecutor ---

    function testFuzz_dropExecutor_isTheGuardiansAndTheOwners(address random, uint8 pick) public {
        bytes memory data = abi.encodeCall(IVault.dropExecutor, ());
        assertUnauthorized(outsider(random, pick), data);
        passes(guardian, data);
        passes(owner, data);
    }

    function testFuzz_dropExecutor_leavesNoKeyInForce(bool byOwner, address caller) public {
        address by = byOwner ? owner : guardian;
        vm.expectEmit(address(vault));
        emit IVault.ExecutorDropped(by, executor);
        passes(by, abi.encodeCall(IVault.dropExecutor, ()));
        assertEq(state().executor, address(0));
        assertEq(state().executorExpiry, 0);
        assertRefused(executor, execution(), Refusal.NotExecutor, uint160(executor));
        Refusal reason = caller == address(0) ? Refusal.ExecutorExpired : Refusal.NotExecutor;
        assertRefused(caller, execution(), reason, uint160(caller));
        vm.expectEmit(address(vault));
        emit IVault.ExecutorDropped(by, address(0));
        passes(by, abi.encodeCall(IVault.dropExecutor, ()));
    }

    /// @notice A change that the guardians did not revoke ripens on; they drop it again if they must.
    function test_droppedExecutor_comesBackByTheTimelock() public {
        passes(guardian, abi.encodeCall(IVault.dropExecutor, ()));
        change(setTo(executor, block.timestamp + 10 days));
        checkpoint();
        run(m, 1_000e6);
    }

    // --- reset ---

    function test_reset_needsAnotherKeyThanTheOneInForce() public {
        trip();
        BreakerReset memory r = resetTo(executor);
        expectRefusal(Refusal.RoleConflict, uint160(executor));
        vault.resetBreaker(r, new ReviewerSignature[](0));
        change(setTo(stranger, block.timestamp + 10 days));
        r = resetTo(stranger);
        expectRefusal(Refusal.RoleConflict, uint160(stranger));
        vault.resetBreaker(r, new ReviewerSignature[](0));
        reset(resetTo(executor));
        assertEq(state().executor, executor);
    }

    function testFuzz_reset_boundsTheExpiry(uint64 expiry) public {
        trip();
        BreakerReset memory r = resetTo(stranger);
        r.executorExpiry = expiry;
        if (expiry <= block.timestamp || expiry > type(uint32).max) {
            expectRefusal(Refusal.OutOfBounds, expiry);
            vault.resetBreaker(r, new ReviewerSignature[](0));
        } else {
            reset(r);
            assertEq(state().executorExpiry, expiry);
        }
    }
}
