// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {VaultReading} from "../../src/VaultReading.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {MockToken} from "../support/MockToken.sol";
import {Doors} from "../support/Doors.sol";

/// @title What comes in and what of it counts
contract FundsTest is Doors {
    function bookedUsdc() private view returns (uint256) {
        return vault.assetOf(address(usdc)).book.booked;
    }

    function depositOf(address token, uint256 amount) private pure returns (bytes memory) {
        return abi.encodeCall(IVault.deposit, (token, amount));
    }

    function approved(MockToken token, uint256 amount) private {
        token.mint(owner, amount);
        vm.prank(owner);
        token.approve(address(vault), amount);
    }

    // --- deposit ---

    function testFuzz_deposit_isTheOwners(uint96 amount, address random, uint8 pick) public {
        assertUnauthorized(outsider(random, pick), depositOf(address(usdc), amount));
        assertUnauthorized(guardian, depositOf(address(usdc), amount));
    }

    function testFuzz_deposit_isBookedAndMakesTheCheckpointStale(uint96 amount, bool silent, bool sealed_) public {
        if (!sealed_) {
            vault = deploy(configuration());
            give(usdc, 1_000_000e6);
            checkpoint();
        }
        amount = uint96(bound(amount, 1, type(uint96).max));
        usdc.setSilent(silent);
        approved(usdc, amount);
        vm.expectEmit(address(vault));
        emit IVault.Deposited(owner, address(usdc), amount);
        passes(owner, depositOf(address(usdc), amount));
        assertEq(bookedUsdc(), 1_000_000e6 + uint256(amount));
        assertEq(vault.assetOf(address(usdc)).book.flow, int256(uint256(amount)));
        assertFalse(state().checkpointFresh);
        assertEq(state().peakUsd, sealed_ ? 1_300_000e18 : 1_000_000e18);
    }

    function testFuzz_deposit_refusesWhatIsNotListed(address token, uint96 amount) public {
        vm.assume(vault.assetOf(token).book.listing == Listing.Unlisted);
        assertRefused(owner, depositOf(token, amount), Refusal.AssetUnknown, uint160(token));
    }

    function testFuzz_deposit_refusesZeroUnpaidAndTooMuch(uint256 amount) public {
        assertRefused(owner, depositOf(address(usdc), 0), Refusal.OutOfBounds, 0);
        amount = bound(amount, 1, type(uint64).max);
        assertRefused(owner, depositOf(address(usdc), amount), Refusal.TransferFailed, uint160(address(usdc)));
        uint256 most = uint256(uint112(type(int112).max)) - 1_000_000e6;
        amount = bound(amount, most + 1, type(uint256).max);
        assertRefused(owner, depositOf(address(usdc), amount), Refusal.OutOfBounds, amount);
        approved(usdc, most);
        passes(owner, depositOf(address(usdc), most));
    }

    function testFuzz_deposit_refusesTokensThatDoNotPayInFull(uint96 amount, uint8 kind, uint16 fee) public {
        amount = uint96(bound(amount, 1e6, type(uint96).max));
        approved(usdc, amount);
        if (kind % 3 == 0) usdc.setFee(bound(fee, 1, 10_000));
        if (kind % 3 == 1) usdc.setRefusing(true);
        if (kind % 3 == 2) usdc.setBroken(true);
        assertRefused(owner, depositOf(address(usdc), amount), Refusal.TransferFailed, uint160(address(usdc)));
        assertEq(bookedUsdc(), 1_000_000e6);
        give(weth, 1);
        checkpoint();
    }

    // --- book ---

    function testFuzz_book_isTheOwnersAndOfListedAssets(address token, address random, uint8 pick) public {
        assertUnauthorized(outsider(random, pick), abi.encodeCall(IVault.book, (address(usdc))));
        assertUnauthorized(guardian, abi.encodeCall(IVault.book, (address(usdc))));
        vm.assume(vault.assetOf(token).book.listing == Listing.Unlisted);
        assertRefused(owner, abi.encodeCall(IVault.book, (token)), Refusal.AssetUnknown, uint160(token));
    }

    /// @notice A donation is no gain: it counts once it is booked, as a deposit.
    function testFuzz_donation_countsOnlyOnceBooked(uint64 amount, int256 price) public {
        usdc.mint(address(vault), amount);
        checkpoint();
        assertEq(state().netAssetValueUsd, 1_300_000e18);
        wethFeed.set(bound(price, 1_800e8, 6_000e8));
        vm.expectEmit(address(vault));
        emit IVault.Booked(address(usdc), amount);
        passes(owner, abi.encodeCall(IVault.book, (address(usdc))));
        assertFalse(state().checkpointFresh);
        assertEq(bookedUsdc(), 1_000_000e6 + uint256(amount));
        checkpoint();
        uint256 before = 1_000_000e18 + uint256(wethFeed.answer()) * 1e12;
        uint256 later = before + uint256(amount) * 1e12;
        uint256 peak = before > 1_300_000e18 ? before : 1_300_000e18;
        assertEq(state().netAssetValueUsd, later);
        assertApproxEqRel(state().peakUsd, peak * later / before, 1);
        passes(owner, abi.encodeCall(IVault.book, (address(usdc))));
        assertEq(bookedUsdc(), 1_000_000e6 + uint256(amount));
    }

    function testFuzz_book_refusesMoreThanCanBeKept(uint256 amount) public {
        uint256 most = uint256(uint112(type(int112).max)) - 1_000_000e6;
        amount = bound(amount, most + 1, type(uint256).max - 10_000_000_000e6);
        usdc.mint(address(vault), amount);
        assertRefused(owner, abi.encodeCall(IVault.book, (address(usdc))), Refusal.OutOfBounds, amount);
        // And nobody can lock the funds by such a donation.
        passes(owner, abi.encodeCall(IVault.withdraw, (address(usdc), 1_000_000e6, stranger)));
        checkpoint();
    }

    /// @notice What a token took away by itself is not made good by booking.
    function testFuzz_book_ofALossChangesNothing(uint64 lost) public {
        lost = uint64(bound(lost, 0, 1_000_000e6));
        usdc.burn(address(vault), lost);
        passes(owner, abi.encodeCall(IVault.book, (address(usdc))));
        assertEq(bookedUsdc(), 1_000_000e6);
        checkpoint();
        assertEq(state().netAssetValueUsd, 1_300_000e18 - uint256(lost) * 1e12);
        assertEq(state().peakUsd, 1_300_000e18);
    }

    // --- the books ---

    /// @notice Tokens that do not tell balances say so, the others stay readable.
    function test_tokenOutOfOrder_hidesNothingElse() public {
        MockToken.Balances[3] memory manners =
            [MockToken.Balances.Revert, MockToken.Balances.BurnGas, MockToken.Balances.Nothing];
        for (uint256 i = 0; i < manners.length; i++) {
            usdc.setBalances(manners[i]);
            dai.setBalances(manners[i]);
            wbtc.setBalances(manners[i]);
            AssetState[] memory list = VaultReading.assetsOf(vault);
            assertEq(uint256(list[0].verdict.reason), uint256(Refusal.TransferFailed));
            assertEq(list[0].balance + list[0].verdict.low + list[0].verdict.high, 0);
            assertEq(list[0].booked, 1_000_000e6);
            assertEq(list[3].balance, 100e18);
            assertEq(uint256(list[3].verdict.reason), uint256(Refusal.None));
        }
    }

    function testFuzz_booksAreTheBalanceAndTheFlowsAddUp(uint96[8] memory amounts, uint8 kinds) public {
        int256 flow = 0;
        for (uint256 i = 0; i < 8; i++) {
            uint256 amount = amounts[i];
            if ((kinds >> i) & 1 == 0) {
                if (amount == 0) continue;
                give(usdc, amount);
                flow += int256(amount);
            } else {
                amount %= usdc.balanceOf(address(vault)) + 1;
                passes(owner, abi.encodeCall(IVault.withdraw, (address(usdc), amount, stranger)));
                flow -= int256(amount);
            }
            assertEq(bookedUsdc(), usdc.balanceOf(address(vault)));
            assertEq(vault.assetOf(address(usdc)).book.flow, flow);
        }
        checkpoint();
        assertEq(vault.assetOf(address(usdc)).book.flow, 0);
        assertEq(state().netAssetValueUsd, bookedUsdc() * 1e12 + 300_000e18);
        assertFalse(state().suspended);
    }
}
