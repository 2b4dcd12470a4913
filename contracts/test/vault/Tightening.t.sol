// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {HostilePool} from "../support/HostilePools.sol";
import {MockToken} from "../support/MockToken.sol";
import {Doors} from "../support/Doors.sol";

/// @notice Holds a role, and does in one call whatever it was told to do.
contract Hand {
    address private immutable vault;
    bytes[] private doors;

    constructor(address vault_) {
        vault = vault_;
    }

    function prepare(bytes[] calldata doors_) external {
        for (uint256 i = 0; i < doors_.length; i++) {
            doors.push(doors_[i]);
        }
    }

    function act() external {
        for (uint256 i = 0; i < doors.length; i++) {
            (bool done, bytes memory answer) = vault.call(doors[i]);
            if (done) continue;
            assembly ("memory-safe") {
                revert(add(answer, 0x20), mload(answer))
            }
        }
    }
}

/// @title For a holder of the role, tightening never reverts, whatever the argument and whatever else is broken
contract TighteningTest is Doors {
    struct Arguments {
        bytes32 id;
        address token;
        bytes32 model;
        bytes4 kind;
        uint256 delay;
        Limits limits;
        bytes data;
    }

    function pick(Arguments memory a, uint8 choice) private view {
        if (choice & 1 != 0) a.token = vault.tokens()[choice % 4];
        if (choice & 2 != 0) a.model = MODEL;
        if (choice & 4 != 0) a.delay = type(uint256).max;
        if (choice & 8 != 0) a.limits.lossCapacityUsd = type(uint256).max;
        if (choice & 16 != 0) a.kind = IVault.setGuardian.selector;
    }

    function guardians(Arguments memory a) private pure returns (bytes[] memory doors) {
        doors = new bytes[](8);
        doors[0] = abi.encodeCall(IVault.pause, ());
        doors[1] = abi.encodeCall(IVault.lowerLimits, (a.limits));
        doors[2] = abi.encodeCall(IVault.voidVouchers, ());
        doors[3] = abi.encodeCall(IVault.closeMandate, (a.id));
        doors[4] = abi.encodeCall(IVault.quarantine, (a.token));
        doors[5] = abi.encodeCall(IVault.retireModel, (a.model));
        doors[6] = abi.encodeCall(IVault.dropExecutor, ());
        doors[7] = abi.encodeCall(IVault.revoke, (a.data));
    }

    function owners(Arguments memory a) private pure returns (bytes[] memory doors) {
        doors = new bytes[](4);
        doors[0] = abi.encodeCall(IVault.raiseDelay, (a.kind, a.delay));
        doors[1] = abi.encodeCall(IVault.proposeOwner, (a.token));
        doors[2] = abi.encodeCall(IVault.revoke, (abi.encodeCall(IVault.setGuardian, (a.token, true))));
        doors[3] = abi.encodeCall(IVault.revoke, (abi.encodeCall(IVault.setReviewer, (a.token, false, 0))));
    }

    function assumeNoChangeOfPeople(bytes memory data) private pure {
        bytes4 selector = bytes4(data);
        vm.assume(selector != IVault.setGuardian.selector && selector != IVault.setReviewer.selector);
    }

    /// @notice Paused or not, tripped or not, with dead oracles, broken tokens and unsealed; twice.
    function testFuzz_nothingStopsIt(Arguments memory a, uint8 choice, uint8 broken) public {
        assumeNoChangeOfPeople(a.data);
        pick(a, choice);
        if (broken & 1 != 0) vault = deploy(configuration());
        else if (broken & 2 != 0) trip();
        if (broken & 4 != 0) passes(owner, abi.encodeCall(IVault.pause, ()));
        if (broken & 8 != 0) wethFeed.kill();
        if (broken & 8 != 0) usdcFeed.kill();
        if (broken & 16 != 0) usdc.setBroken(true);
        if (broken & 32 != 0) weth.setBalances(MockToken.Balances.Revert);
        if (broken & 64 != 0) vm.etch(address(oracle), "");
        if (broken & 128 != 0) vm.etch(approvals, hex"fe");
        bytes[] memory both = guardians(a);
        bytes[] memory alone = owners(a);
        for (uint256 i = 0; i < 2; i++) {
            for (uint256 j = 0; j < both.length; j++) {
                passes(guardian, both[j]);
                passes(owner, both[j]);
            }
            for (uint256 j = 0; j < alone.length; j++) {
                passes(owner, alone[j]);
            }
            passes(treasurer, abi.encodeCall(IVault.closeMandate, (a.id)));
        }
        assertDone(a);
        assertEq(vault.voucherCounter(), 4);
    }

    function assertDone(Arguments memory a) private view {
        VaultState memory s = state();
        assertTrue(s.paused && s.executor == address(0));
        assertTrue(vault.mandateProgress(a.id).closed);
        assertFalse(vault.isModelActive(a.model));
        Listing listing = vault.assetOf(a.token).book.listing;
        assertTrue(listing == Listing.Unlisted || listing == Listing.Quarantined);
        assertLe(s.limits.lossCapacityUsd, a.limits.lossCapacityUsd);
        assertLe(s.limits.drawdownBps, a.limits.drawdownBps);
        assertEq(vault.ripeAt(a.data), 0);
    }

    /// @notice In the middle of a trade, by a guardian that a pool calls: the lock stops nothing, and the trade's own books
    /// overwrite nothing.
    function testFuzz_aRunningTradeDoesNotStopIt(Arguments memory a, uint8 choice) public {
        assumeNoChangeOfPeople(a.data);
        pick(a, choice);
        Hand hand = new Hand(address(vault));
        change(abi.encodeCall(IVault.setGuardian, (address(hand), true)));
        checkpoint();
        Mandate memory m = sellUsdc();
        bytes32 id = open(m);
        if (choice & 32 != 0) a.id = id;
        hand.prepare(guardians(a));
        HostilePool hostile = new HostilePool(usdc, weth);
        hostile.behave(HostilePool.Manner.Reenters, 10e18);
        hostile.reenter(address(hand), abi.encodeCall(Hand.act, ()));
        Order memory o = orderFor(m, 30_000e6);
        Leg[] memory legs = oneLeg(30_000e6);
        legs[0].pool = address(hostile);
        passes(executor, abi.encodeCall(IVault.execute, (m, o, legs, noVoucher(), "")));
        assertDone(a);
        assertEq(vault.voucherCounter(), 1);
        assertEq(vault.mandateProgress(id).filled, 30_000e6);
        assertEq(vault.mandateProgress(id).open, a.id != id);
        assertEq(vault.assetOf(address(usdc)).book.booked, 970_000e6);
        assertEq(vault.assetOf(address(weth)).book.booked, 110e18);
        assertFalse(a.token == address(usdc) && state().checkpointFresh);
    }

    /// @notice And so for the owner's own, who is a contract here.
    function testFuzz_aRunningTradeDoesNotStopTheOwner(Arguments memory a, uint8 choice) public {
        pick(a, choice);
        Hand hand = new Hand(address(vault));
        passes(owner, abi.encodeCall(IVault.proposeOwner, (address(hand))));
        passes(address(hand), abi.encodeCall(IVault.acceptOwner, ()));
        Mandate memory m = sellUsdc();
        open(m);
        hand.prepare(owners(a));
        HostilePool hostile = new HostilePool(usdc, weth);
        hostile.behave(HostilePool.Manner.Reenters, 1e18);
        hostile.reenter(address(hand), abi.encodeCall(Hand.act, ()));
        Order memory o = orderFor(m, 3_000e6);
        Leg[] memory legs = oneLeg(3_000e6);
        legs[0].pool = address(hostile);
        passes(executor, abi.encodeCall(IVault.execute, (m, o, legs, noVoucher(), "")));
        assertEq(vault.pendingOwner(), a.token);
        assertGe(vault.delayOf(a.kind), a.delay < 30 days ? a.delay : 30 days);
    }

    // --- what a trade does lock ---

    /// @notice The owner's money moves before or after a trade, never within it; nor does anything that reads the books.
    function testFuzz_aRunningTradeLocksTheBooks(uint8 which) public {
        Hand hand = new Hand(address(vault));
        passes(owner, abi.encodeCall(IVault.proposeOwner, (address(hand))));
        passes(address(hand), abi.encodeCall(IVault.acceptOwner, ()));
        Mandate memory m = sellUsdc();
        open(m);
        bytes[] memory doors = new bytes[](1);
        doors[0] = [
            abi.encodeCall(IVault.withdraw, (address(usdc), 1, stranger)),
            abi.encodeCall(IVault.withdraw, (address(0), 0, stranger)),
            abi.encodeCall(IVault.deposit, (address(usdc), 1)),
            abi.encodeCall(IVault.book, (address(weth))),
            abi.encodeCall(IVault.checkpoint, (hints())),
            abi.encodeCall(IVault.trip, (hints()))
        ][which % 6];
        hand.prepare(doors);
        HostilePool hostile = new HostilePool(usdc, weth);
        hostile.behave(HostilePool.Manner.Reenters, 1e18);
        hostile.reenter(address(hand), abi.encodeCall(Hand.act, ()));
        Order memory o = orderFor(m, 3_000e6);
        Leg[] memory legs = oneLeg(3_000e6);
        legs[0].pool = address(hostile);
        bytes memory execution = abi.encodeCall(IVault.execute, (m, o, legs, noVoucher(), ""));
        assertRefused(executor, execution, Refusal.Locked, 0);
        // Not for a reason of its own: outside the trade it goes through, or the hand could not pay.
        if (which % 6 == 2 || which % 6 == 5) return;
        vm.deal(address(vault), 1);
        hand.act();
    }
}
