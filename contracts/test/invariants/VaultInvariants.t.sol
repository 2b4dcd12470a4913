// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Vault} from "../../src/Vault.sol";
import {MockToken} from "../support/MockToken.sol";
import {VaultHandler} from "./VaultHandler.sol";
import {Test} from "forge-std/Test.sol";

/// @title What holds after every call, whoever made it
contract VaultInvariantsTest is Test {
    VaultHandler private handler;
    Vault private vault;
    address private router;
    address private owner;

    function setUp() public {
        handler = new VaultHandler();
        handler.setUp();
        address at;
        (at, router, owner) = handler.world();
        vault = Vault(at);
        vm.warp(1_790_000_000);
        // Trades are what it is about: most calls are one, or put right what stops them.
        bytes4[20] memory calls = [
            VaultHandler.trade.selector,
            VaultHandler.trade.selector,
            VaultHandler.trade.selector,
            VaultHandler.trade.selector,
            VaultHandler.trade.selector,
            VaultHandler.trade.selector,
            VaultHandler.mend.selector,
            VaultHandler.mend.selector,
            VaultHandler.mend.selector,
            VaultHandler.checkpoint.selector,
            VaultHandler.checkpoint.selector,
            VaultHandler.checkpoint.selector,
            VaultHandler.move.selector,
            VaultHandler.crash.selector,
            VaultHandler.wait.selector,
            VaultHandler.donate.selector,
            VaultHandler.book.selector,
            VaultHandler.deposit.selector,
            VaultHandler.withdraw.selector,
            VaultHandler.pause.selector
        ];
        bytes4[] memory selectors = new bytes4[](calls.length);
        for (uint256 i = 0; i < calls.length; i++) {
            selectors[i] = calls[i];
        }
        targetContract(address(handler));
        targetSelector(FuzzSelector(address(handler), selectors));
    }

    /// @dev One campaign for all: Forge repeats a campaign per invariant function.
    function invariant_all() public {
        MockToken[4] memory tokens = handler.tokens();
        AssetState[] memory assets = vault.assets();
        for (uint256 i = 0; i < 4; i++) {
            address token = address(tokens[i]);
            assertEq(
                tokens[i].balanceOf(address(vault)),
                handler.expectedBalance(token),
                "I2 assets leave only by withdrawal or as an accepted order's exact input"
            );
            assertLe(assets[i].booked, assets[i].balance, "what is booked is there");
            assertFalse(
                tokens[i].everApproved(address(vault)) || tokens[i].everApproved(router),
                "I5 no allowance is ever non-zero"
            );
            assertEq(tokens[i].balanceOf(router), 0, "nothing stays in the router");
        }
        for (uint256 i = 0; i < 2; i++) {
            MandateProgress memory progress = vault.mandateProgress(handler.mandateIds(i));
            assertLe(progress.filled, handler.totals(i), "I4 a mandate fills at most its total");
        }
        assertEq(handler.tradesThroughAShutGate(), 0, "I7 paused, suspended or tripped, nothing trades");
        assertEq(handler.shortOutputs(), 0, "no order is filled below its minimum");
        assertFalse(handler.volumeBroken(), "no window exceeds the volume meter's bound");
        requireWithdrawable(tokens);
    }

    function requireWithdrawable(MockToken[4] memory tokens) private {
        uint256 snapshot = vm.snapshotState();
        for (uint256 i = 0; i < 4; i++) {
            uint256 balance = tokens[i].balanceOf(address(vault));
            vm.prank(owner);
            vault.withdraw(address(tokens[i]), balance, address(this));
            assertEq(tokens[i].balanceOf(address(this)), balance, "I8 the owner's withdrawal always succeeds");
        }
        vm.revertToState(snapshot);
    }

    /// @dev A campaign in which nothing trades would prove nothing.
    function afterInvariant() public view {
        if (handler.attempts() < 10) return;
        assertGe(handler.trades() * 5, handler.attempts(), "at least a fifth of the attempts trade");
    }
}
