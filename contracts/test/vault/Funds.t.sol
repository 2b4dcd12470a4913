// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {MockToken} from "../support/MockToken.sol";
import {World} from "../support/World.sol";

/// @title What comes in, what counts, and that the owner always gets it out
contract FundsTest is World {
    function bookedUsdc() private view returns (uint256) {
        return vault.assets()[0].booked;
    }

    function test_deposit_isBookedAndMakesTheCheckpointStale() public {
        give(usdc, 5e6);
        assertEq(bookedUsdc(), 1_000_005e6);
        assertFalse(vault.state().checkpointFresh);
    }

    function test_deposit_isTheOwnersOnly() public {
        address[5] memory others = [executor, guardian, treasurer, reviewers[0], stranger];
        for (uint256 i = 0; i < others.length; i++) {
            expectRefusal(Refusal.Unauthorized, uint160(others[i]));
            vm.prank(others[i]);
            vault.deposit(address(usdc), 1);
        }
    }

    function test_deposit_ofASilentToken() public {
        usdc.setSilent(true);
        give(usdc, 5e6);
        assertEq(bookedUsdc(), 1_000_005e6);
        vm.prank(owner);
        vault.withdraw(address(usdc), 5e6, owner);
        assertEq(usdc.balanceOf(owner), 5e6);
    }

    function test_deposit_refusesUnlistedZeroAndUnpaid() public {
        vm.startPrank(owner);
        expectRefusal(Refusal.AssetUnknown, uint160(stranger));
        vault.deposit(stranger, 1);
        expectRefusal(Refusal.OutOfBounds, 0);
        vault.deposit(address(usdc), 0);
        expectRefusal(Refusal.TransferFailed, uint160(address(usdc)));
        vault.deposit(address(usdc), 1);
        expectRefusal(Refusal.OutOfBounds, type(uint256).max);
        vault.deposit(address(usdc), type(uint256).max);
    }

    function test_deposit_refusesAFeeOnTransfer() public {
        usdc.setFee(1);
        usdc.mint(owner, 100e6);
        vm.startPrank(owner);
        usdc.approve(address(vault), 100e6);
        expectRefusal(Refusal.TransferFailed, uint160(address(usdc)));
        vault.deposit(address(usdc), 100e6);
        assertEq(bookedUsdc(), 1_000_000e6);
    }

    function test_deposit_refusesATokenThatAnswersFalse() public {
        usdc.setRefusing(true);
        usdc.mint(owner, 100e6);
        vm.startPrank(owner);
        usdc.approve(address(vault), 100e6);
        expectRefusal(Refusal.TransferFailed, uint160(address(usdc)));
        vault.deposit(address(usdc), 100e6);
    }

    function test_donation_countsOnlyOnceBooked() public {
        uint256 value = vault.state().netAssetValueUsd;
        usdc.mint(address(vault), 500_000e6);
        vault.checkpoint();
        assertEq(vault.state().netAssetValueUsd, value);
        vm.prank(owner);
        vault.book(address(usdc));
        assertEq(bookedUsdc(), 1_500_000e6);
        vault.checkpoint();
        assertEq(vault.state().netAssetValueUsd, value + 500_000e18);
        assertEq(vault.state().peakUsd, value + 500_000e18);
    }

    function test_book_isTheOwnersAndOfListedAssets() public {
        expectRefusal(Refusal.Unauthorized, uint160(guardian));
        vm.prank(guardian);
        vault.book(address(usdc));
        expectRefusal(Refusal.AssetUnknown, uint160(stranger));
        vm.prank(owner);
        vault.book(stranger);
    }

    function test_withdraw_isTheOwnersOnly() public {
        address[5] memory others = [executor, guardian, treasurer, reviewers[0], stranger];
        for (uint256 i = 0; i < others.length; i++) {
            expectRefusal(Refusal.Unauthorized, uint160(others[i]));
            vm.prank(others[i]);
            vault.withdraw(address(usdc), 1, others[i]);
        }
    }

    function test_withdraw_worksWhileEverythingElseIsBroken() public {
        trip();
        vm.prank(guardian);
        vault.pause();
        usdcFeed.kill();
        wethFeed.kill();
        Limits memory none;
        vm.prank(guardian);
        vault.lowerLimits(none);
        vm.startPrank(owner);
        vault.withdraw(address(usdc), 1_000_000e6, stranger);
        vault.withdraw(address(weth), 100e18, stranger);
        assertEq(usdc.balanceOf(stranger), 1_000_000e6);
        assertEq(weth.balanceOf(stranger), 100e18);
    }

    function test_withdraw_takesWhatNobodyBooked() public {
        usdc.mint(address(vault), 7e6);
        MockToken other = new MockToken(18);
        other.mint(address(vault), 3e18);
        vm.startPrank(owner);
        vault.withdraw(address(usdc), 1_000_007e6, owner);
        vault.withdraw(address(other), 3e18, owner);
        assertEq(usdc.balanceOf(owner), 1_000_007e6);
        assertEq(other.balanceOf(owner), 3e18);
        assertEq(bookedUsdc(), 0);
    }

    function test_withdraw_refusesNowhereAndMoreThanThereIs() public {
        vm.startPrank(owner);
        expectRefusal(Refusal.OutOfBounds, 0);
        vault.withdraw(address(usdc), 1, address(0));
        expectRefusal(Refusal.TransferFailed, uint160(address(usdc)));
        vault.withdraw(address(usdc), 1_000_001e6, owner);
        assertEq(bookedUsdc(), 1_000_000e6);
    }

    /// @notice Tokens that do not tell balances say so, the others stay readable and all can be withdrawn.
    function test_tokenOutOfOrder_hidesNothingElse() public {
        MockToken.Balances[3] memory manners =
            [MockToken.Balances.Revert, MockToken.Balances.BurnGas, MockToken.Balances.Nothing];
        for (uint256 i = 0; i < manners.length; i++) {
            usdc.setBalances(manners[i]);
            dai.setBalances(manners[i]);
            wbtc.setBalances(manners[i]);
            AssetState[] memory list = vault.assets{gas: 2_000_000}();
            assertEq(uint256(list[0].verdict.reason), uint256(Refusal.TransferFailed));
            assertEq(list[0].balance + list[0].verdict.low + list[0].verdict.high, 0);
            assertEq(list[0].booked, 1_000_000e6);
            assertEq(list[3].balance, 100e18);
            assertEq(uint256(list[3].verdict.reason), uint256(Refusal.None));
        }
        usdc.setBalances(MockToken.Balances.Revert);
        expectRefusal(Refusal.TransferFailed, uint160(address(usdc)));
        vault.checkpoint();
        vm.startPrank(owner);
        vault.withdraw(address(usdc), 1_000_000e6, stranger);
        vault.withdraw(address(weth), 100e18, stranger);
        assertEq(weth.balanceOf(stranger), 100e18);
    }

    function testFuzz_booksNeverExceedTheBalance(uint96[8] memory amounts, uint8 kinds) public {
        for (uint256 i = 0; i < 8; i++) {
            uint256 amount = amounts[i];
            if ((kinds >> i) & 1 == 0) {
                if (amount != 0) give(usdc, amount);
            } else {
                uint256 most = usdc.balanceOf(address(vault));
                vm.prank(owner);
                vault.withdraw(address(usdc), amount % (most + 1), stranger);
            }
            assertEq(bookedUsdc(), usdc.balanceOf(address(vault)));
        }
    }
}
