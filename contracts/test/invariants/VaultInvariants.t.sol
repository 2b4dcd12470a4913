// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Tally} from "./Tally.sol";
import {VaultHandler} from "./VaultHandler.sol";
import {Test} from "forge-std/Test.sol";

/// @title What holds after every call, whoever made it
contract VaultInvariantsTest is Test {
    VaultHandler private handler;

    function setUp() public {
        handler = new VaultHandler();
        handler.setUp();
        // Trades are what it is about: half of the calls are one.
        bytes4[15] memory others = [
            VaultHandler.move.selector,
            VaultHandler.moveDollar.selector,
            VaultHandler.pushPool.selector,
            VaultHandler.crash.selector,
            VaultHandler.breakFeed.selector,
            VaultHandler.wait.selector,
            VaultHandler.checkpoint.selector,
            VaultHandler.tighten.selector,
            VaultHandler.close.selector,
            VaultHandler.submit.selector,
            VaultHandler.consume.selector,
            VaultHandler.sneak.selector,
            VaultHandler.donate.selector,
            VaultHandler.book.selector,
            VaultHandler.withdraw.selector
        ];
        bytes4[] memory selectors = new bytes4[](2 * others.length);
        for (uint256 i = 0; i < others.length; i++) {
            (selectors[2 * i], selectors[2 * i + 1]) = (others[i], VaultHandler.trade.selector);
        }
        // Who sends pays for gas: the vault must not be drawn as the sender.
        targetSender(makeAddr("anybody"));
        targetContract(address(handler));
        targetSelector(FuzzSelector(address(handler), selectors));
    }

    /// @dev One campaign for all: Forge repeats a campaign per invariant function. What is compared after each call is compared
    /// by the handler, which names what it found broken.
    function invariant_I1_to_I8() public view {
        string memory fault = handler.fault();
        assertTrue(bytes(fault).length == 0, fault);
    }

    function afterInvariant() public {
        Tally.record(handler.calls(), handler.trades());
        handler.evacuate();
        invariant_I1_to_I8();
        // A campaign in which nothing trades would prove nothing.
        if (handler.calls() >= 50) {
            assertGe(handler.trades() * 5, handler.calls(), "at least a fifth of the calls trade");
        }
    }
}
