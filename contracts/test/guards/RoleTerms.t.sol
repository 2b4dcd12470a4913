// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Roles, RoleTerms} from "../../src/guards/RoleTerms.sol";
import {Refusal, Refused} from "../../src/Refusal.sol";
import {Test} from "forge-std/Test.sol";

/// @title Which roles one address may not hold together
contract RoleTermsTest is Test {
    using RoleTerms for Roles;

    Roles private roles;
    address private constant EXECUTOR = address(0xE);
    address private constant OWNER = address(0x1);
    address private constant TREASURER = address(0x2);
    address private constant SENTINEL = address(0x3);
    address private constant GUARDIAN = address(0x4);
    address private constant REVIEWER = address(0x5);

    function setUp() public {
        vm.warp(1_790_000_000);
        roles.setOwner(OWNER, EXECUTOR);
        roles.setTreasurer(TREASURER, EXECUTOR);
        roles.setSentinel(SENTINEL, EXECUTOR);
        roles.setGuardian(GUARDIAN, true, EXECUTOR);
        roles.setReviewer(REVIEWER, true, 1, EXECUTOR);
    }

    function setOwner(address account) external {
        roles.setOwner(account, EXECUTOR);
    }

    function setTreasurer(address account) external {
        roles.setTreasurer(account, EXECUTOR);
    }

    function setSentinel(address account) external {
        roles.setSentinel(account, EXECUTOR);
    }

    function setGuardian(address account, bool held) external {
        roles.setGuardian(account, held, EXECUTOR);
    }

    function setReviewer(address account, bool held, uint8 threshold) external {
        roles.setReviewer(account, held, threshold, EXECUTOR);
    }

    function requireExecutor(address account, uint64 expiry) external view {
        roles.requireExecutor(account, expiry);
    }

    function expectConflict(bool conflict, address account) private {
        if (conflict) {
            vm.expectRevert(abi.encodeWithSelector(Refused.selector, Refusal.RoleConflict, uint160(account)));
        }
    }

    function expectOutOfBounds(uint256 detail) private {
        vm.expectRevert(abi.encodeWithSelector(Refused.selector, Refusal.OutOfBounds, detail));
    }

    /// @notice Every role against every holder: 1 to 5 and the executor hold theirs, 6 to 13 hold none.
    function testFuzz_conflicts(uint8 pick) public {
        address account = pick % 14 == 0 ? EXECUTOR : address(uint160(pick % 14));
        bool executes = account == EXECUTOR;
        expectConflict(executes || account == GUARDIAN, account);
        this.setOwner(account);
        roles.owner = OWNER;
        expectConflict(executes, account);
        this.setTreasurer(account);
        roles.treasurer = TREASURER;
        expectConflict(executes || account == REVIEWER, account);
        this.setSentinel(account);
        roles.sentinel = SENTINEL;
        expectConflict(executes || account == OWNER, account);
        this.setGuardian(account, true);
        if (account != GUARDIAN && !executes && account != OWNER) this.setGuardian(account, false);
        expectConflict(executes || account == SENTINEL, account);
        this.setReviewer(account, true, 1);
        if (account != REVIEWER && !executes && account != SENTINEL) this.setReviewer(account, false, 1);
        expectConflict(uint160(account) <= 5, account);
        this.requireExecutor(account, uint64(block.timestamp + 1));
    }

    function test_nobody_holdsARole() public {
        expectOutOfBounds(0);
        this.setOwner(address(0));
        expectOutOfBounds(0);
        this.setTreasurer(address(0));
        expectOutOfBounds(0);
        this.setGuardian(address(0), true);
        expectOutOfBounds(0);
        this.setReviewer(address(0), true, 1);
        expectOutOfBounds(0);
        this.requireExecutor(address(0), type(uint32).max);
        this.setSentinel(address(0));
        assertEq(roles.sentinel, address(0));
    }

    function testFuzz_executor_expiresWithin32BitsAndAhead(uint64 expiry) public {
        if (expiry <= block.timestamp || expiry > type(uint32).max) expectOutOfBounds(expiry);
        this.requireExecutor(EXECUTOR, expiry);
    }

    function test_executor_firstAndLastExpiry() public {
        expectOutOfBounds(block.timestamp);
        this.requireExecutor(EXECUTOR, uint64(block.timestamp));
        this.requireExecutor(EXECUTOR, uint64(block.timestamp + 1));
        this.requireExecutor(EXECUTOR, type(uint32).max);
        expectOutOfBounds(uint256(type(uint32).max) + 1);
        this.requireExecutor(EXECUTOR, uint64(type(uint32).max) + 1);
    }

    function testFuzz_owner_endsTheProposal(address account) public {
        vm.assume(account != address(0) && account != EXECUTOR && account != GUARDIAN);
        roles.pendingOwner = account;
        this.setOwner(account);
        assertEq(roles.owner, account);
        assertEq(roles.pendingOwner, address(0));
    }

    /// @notice The count is the number of reviewers, however often each is named, and the threshold never exceeds it.
    function testFuzz_reviewers_areCounted(uint8[12] memory who, uint16 held, uint8[12] memory thresholds) public {
        for (uint256 i = 0; i < 12; i++) {
            address account = address(uint160(0x10) + who[i] % 4);
            bool in_ = (held >> i) & 1 != 0;
            uint256 count = roles.reviewerCount;
            if (roles.isReviewer[account] != in_) count = in_ ? count + 1 : count - 1;
            uint8 threshold = thresholds[i] % 6;
            bool fits = threshold > 0 && threshold <= count;
            if (!fits) expectOutOfBounds(threshold);
            this.setReviewer(account, in_, threshold);
            if (fits) assertEq(roles.reviewThreshold, threshold);
            uint256 counted = 1;
            for (uint160 j = 0; j < 4; j++) {
                if (roles.isReviewer[address(0x10 + j)]) counted++;
            }
            assertEq(roles.reviewerCount, counted);
            assertTrue(roles.reviewThreshold >= 1 && roles.reviewThreshold <= counted);
        }
    }
}
