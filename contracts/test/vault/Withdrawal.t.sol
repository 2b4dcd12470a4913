// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {MockToken} from "../support/MockToken.sol";
import {Doors} from "../support/Doors.sol";

/// @notice Takes no native currency.
contract Refuser {
    receive() external payable {
        revert("no");
    }
}

/// @notice A recipient that comes back for more when it is paid.
contract Returner {
    address private immutable vault;
    bytes public answer;

    constructor(address vault_) {
        vault = vault_;
    }

    receive() external payable {
        (, answer) = vault.call(abi.encodeCall(IVault.withdraw, (address(0), msg.value, address(this))));
    }
}

/// @title The owner's withdrawal succeeds in every state that can be reached
contract WithdrawalTest is Doors {
    function withdrawal(address token, uint256 amount, address to) private pure returns (bytes memory) {
        return abi.encodeCall(IVault.withdraw, (token, amount, to));
    }

    function testFuzz_withdraw_isTheOwners(address token, uint96 amount, address random, uint8 pick) public {
        assertUnauthorized(outsider(random, pick), withdrawal(token, amount, stranger));
        assertUnauthorized(guardian, withdrawal(token, amount, stranger));
    }

    function testFuzz_withdraw_refusesNowhereAndMoreThanThereIs(uint256 amount) public {
        assertRefused(owner, withdrawal(address(usdc), 1, address(0)), Refusal.OutOfBounds, 0);
        assertRefused(owner, withdrawal(address(0), 0, address(0)), Refusal.OutOfBounds, 0);
        amount = bound(amount, 1_000_001e6, type(uint256).max);
        assertRefused(owner, withdrawal(address(usdc), amount, owner), Refusal.TransferFailed, uint160(address(usdc)));
        assertRefused(owner, withdrawal(address(0), amount, owner), Refusal.TransferFailed, uint160(owner));
        assertRefused(owner, withdrawal(stranger, amount, owner), Refusal.TransferFailed, uint160(stranger));
        assertEq(vault.assetOf(address(usdc)).book.booked, 1_000_000e6);
        assertTrue(state().checkpointFresh);
    }

    function testFuzz_withdraw_paysAndKeepsTheBooks(uint64 amount, uint64 donated, address to) public {
        vm.assume(to != address(0) && to != address(vault) && to != pool && to != pair && to != secondPool);
        usdc.mint(address(vault), donated);
        amount = uint64(bound(amount, 0, 1_000_000e6 + uint256(donated)));
        uint256 had = usdc.balanceOf(to);
        vm.expectEmit(address(vault));
        emit IVault.Withdrawn(to, address(usdc), amount);
        passes(owner, withdrawal(address(usdc), amount, to));
        assertEq(usdc.balanceOf(to) - had, amount);
        // What nobody booked goes last.
        assertEq(vault.assetOf(address(usdc)).book.booked, amount < 1_000_000e6 ? 1_000_000e6 - amount : 0);
        assertFalse(state().checkpointFresh);
    }

    /// @notice Whatever of all this has happened, together: everything comes out.
    function testFuzz_withdraw_worksInEveryState(uint16 which) public {
        bool isSealed = which & 1 == 0;
        if (!isSealed) {
            vault = deploy(configuration());
            give(usdc, 1_000_000e6);
            give(weth, 100e18);
        }
        if (which & 2 != 0) suspendOrTrip(which & 4 != 0);
        if (which & 8 != 0) passes(guardian, abi.encodeCall(IVault.pause, ()));
        if (which & 16 != 0) passes(guardian, abi.encodeCall(IVault.quarantine, (address(weth))));
        if (which & 32 != 0) passes(guardian, abi.encodeCall(IVault.dropExecutor, ()));
        if (which & 64 != 0) change(abi.encodeCall(IVault.setSentinel, (stranger)));
        bytes memory pending = abi.encodeCall(IVault.setTreasurer, (stranger));
        if (which & 128 != 0) passes(owner, abi.encodeCall(IVault.submit, (pending)));
        if (which & 256 != 0) passes(owner, abi.encodeCall(IVault.proposeOwner, (stranger)));
        if (which & 512 != 0) {
            Limits memory none;
            passes(guardian, abi.encodeCall(IVault.lowerLimits, (none)));
        }
        if (which & 1024 != 0) vm.etch(address(oracle), hex"fe");
        if (which & 2048 != 0) wethFeed.kill();
        if (which & 4096 != 0) vm.etch(approvals, "");
        if (which & 8192 != 0) usdc.setSilent(true);
        if (which & 16384 != 0) weth.setBalances(MockToken.Balances.Revert);
        if (which & 32768 != 0) vm.warp(block.timestamp + 400 days);
        everythingComesOut();
    }

    function suspendOrTrip(bool tripped) private {
        checkpoint();
        wethFeed.set(100e8);
        checkpoint();
        if (!tripped) return;
        pass(11 minutes);
        checkpoint();
        assertTrue(state().tripped);
    }

    function everythingComesOut() private {
        MockToken unlisted = new MockToken(3);
        unlisted.mint(address(vault), 5e3);
        usdc.mint(address(vault), 7e6);
        vm.deal(address(vault), 3 ether);
        address to = makeAddr("new treasury");
        passes(owner, withdrawal(address(usdc), 1_000_007e6, to));
        passes(owner, withdrawal(address(weth), 40e18, to));
        passes(owner, withdrawal(address(weth), 60e18, to));
        passes(owner, withdrawal(address(unlisted), 5e3, to));
        passes(owner, withdrawal(address(0), 3 ether, to));
        weth.setBalances(MockToken.Balances.Honest);
        assertEq(usdc.balanceOf(to), 1_000_007e6);
        assertEq(weth.balanceOf(to), 100e18);
        assertEq(unlisted.balanceOf(to), 5e3);
        assertEq(to.balance, 3 ether);
        assertEq(vault.assetOf(address(usdc)).book.booked + vault.assetOf(address(weth)).book.booked, 0);
    }

    /// @notice A token that refuses hurts itself alone.
    function testFuzz_hostileToken_isRefusedCleanly(uint8 kind, uint64 amount) public {
        if (kind % 2 == 0) usdc.setRefusing(true);
        else usdc.setBroken(true);
        amount = uint64(bound(amount, 0, 1_000_000e6));
        assertRefused(owner, withdrawal(address(usdc), amount, owner), Refusal.TransferFailed, uint160(address(usdc)));
        assertEq(vault.assetOf(address(usdc)).book.booked, 1_000_000e6);
        assertEq(vault.assetOf(address(usdc)).book.flow, 0);
        passes(owner, withdrawal(address(weth), 100e18, stranger));
        assertEq(weth.balanceOf(stranger), 100e18);
        checkpoint();
        assertEq(state().peakUsd, 1_000_000e18);
    }

    // --- native currency ---

    function testFuzz_native_comesOutAndIsNoFlow(uint96 held, uint96 amount) public {
        vm.deal(address(this), held);
        (bool done,) = address(vault).call{value: held}("");
        assertTrue(done);
        amount = uint96(bound(amount, 0, held));
        vm.expectEmit(address(vault));
        emit IVault.Withdrawn(stranger, address(0), amount);
        passes(owner, withdrawal(address(0), amount, stranger));
        assertEq(stranger.balance, amount);
        assertEq(address(vault).balance, held - amount);
        assertTrue(state().checkpointFresh);
    }

    function test_native_refusedByItsReceiver() public {
        vm.deal(address(vault), 1 ether);
        address refuser = address(new Refuser());
        assertRefused(owner, withdrawal(address(0), 1, refuser), Refusal.TransferFailed, uint160(refuser));
    }

    /// @notice Not even an owner that is called back takes twice in one call.
    function test_native_paysOnceEvenAnOwnerThatComesBack() public {
        Returner returner = new Returner(address(vault));
        passes(owner, abi.encodeCall(IVault.proposeOwner, (address(returner))));
        passes(address(returner), abi.encodeCall(IVault.acceptOwner, ()));
        vm.deal(address(vault), 2 ether);
        passes(address(returner), withdrawal(address(0), 1 ether, address(returner)));
        assertEq(address(returner).balance, 1 ether);
        assertEq(returner.answer(), abi.encodeWithSignature("Refused(uint8,uint256)", Refusal.Locked, 0));
    }
}
