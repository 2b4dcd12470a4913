// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {Doors} from "../support/Doors.sol";
import {Signing} from "../support/Signing.sol";

/// @title What becomes of a mandate: its tokens, its treasurer, its end
contract MandateLifeTest is Doors {
    function opening(Mandate memory m, bytes memory signature) private pure returns (bytes memory) {
        return abi.encodeCall(IVault.openMandate, (m, signature));
    }

    function expectRefused(Mandate memory m, Refusal reason, uint256 detail) private {
        assertRefused(stranger, opening(m, sign(m)), reason, detail);
    }

    function execution(Mandate memory m) private view returns (bytes memory) {
        return abi.encodeCall(IVault.execute, (m, orderFor(m, 1_000e6), oneLeg(1_000e6), noVoucher(), ""));
    }

    // --- its tokens ---

    function testFuzz_tokens_areListed(address token) public {
        vm.assume(token != address(usdc) && token != address(dai) && token != address(wbtc) && token != address(weth));
        Mandate memory m = sellUsdc();
        m.buy = token;
        expectRefused(m, Refusal.AssetUnknown, uint160(token));
        (m.buy, m.sell) = (address(weth), token);
        expectRefused(m, Refusal.AssetUnknown, uint160(token));
    }

    function test_tokens_areNotQuarantined() public {
        Mandate memory m = sellUsdc();
        open(m);
        passes(guardian, abi.encodeCall(IVault.quarantine, (address(weth))));
        Mandate memory other = sellUsdc();
        expectRefused(other, Refusal.AssetQuarantined, uint160(address(weth)));
        (other.buy, other.sell) = (address(usdc), address(weth));
        expectRefused(other, Refusal.AssetQuarantined, uint160(address(weth)));
        checkpoint();
        assertRefused(executor, execution(m), Refusal.AssetQuarantined, uint160(address(weth)));
    }

    function test_tokens_areTwo() public {
        Mandate memory m = sellUsdc();
        m.buy = m.sell;
        expectRefused(m, Refusal.MandateInvalid, uint160(m.sell));
    }

    // --- once, and closed for good ---

    function test_opensOnce() public {
        Mandate memory m = sellUsdc();
        open(m);
        expectRefused(m, Refusal.MandateExists, 0);
        run(m, 1_000e6);
        expectRefused(m, Refusal.MandateExists, 0);
        assertEq(vault.mandateProgress(vault.mandateDigest(m)).executionCount, 1);
        m.salt++;
        open(m);
    }

    /// @notice Whoever closes it, before or after it was opened: its hash never opens again, and no other mandate minds.
    function testFuzz_closed_neverReopens(uint8 who, bool opened, bool traded, uint32 later) public {
        Mandate memory m = sellUsdc();
        Mandate memory other = sellUsdc();
        bytes32 id = vault.mandateDigest(m);
        bytes memory data = opening(m, sign(m));
        open(other);
        if (opened) passes(stranger, data);
        if (opened && traded) run(m, 1_000e6);
        MandateProgress memory p = vault.mandateProgress(id);
        address by = [owner, guardian, treasurer][who % 3];
        vm.expectEmit(address(vault));
        emit IVault.MandateClosed(id, by);
        passes(by, abi.encodeCall(IVault.closeMandate, (id)));
        (p.open, p.closed) = (false, true);
        assertEq(abi.encode(vault.mandateProgress(id)), abi.encode(p));
        pass(bound(later, 0, 1 hours));
        assertRefused(treasurer, data, Refusal.MandateClosed, 0);
        assertRefused(executor, execution(m), Refusal.MandateClosed, 0);
        assertRefused(treasurer, abi.encodeCall(IVault.enableMandate, (id)), Refusal.MandateUnknown, uint256(id));
        run(other, 1_000e6);
    }

    /// @notice A new treasurer's signature under the same terms has the same hash.
    function test_closed_neverReopensForANewTreasurer() public {
        Mandate memory m = sellUsdc();
        bytes32 id = open(m);
        passes(treasurer, abi.encodeCall(IVault.closeMandate, (id)));
        (address next, uint256 nextKey) = makeAddrAndKey("next treasurer");
        change(abi.encodeCall(IVault.setTreasurer, (next)));
        assertRefused(stranger, opening(m, Signing.ecdsa(nextKey, id)), Refusal.MandateClosed, 0);
    }

    // --- its treasurer ---

    function test_newTreasurer_latchesOnlyWhatOthersSigned() public {
        Mandate memory old = sellUsdc();
        old.end += 30 days;
        bytes32 id = open(old);
        run(old, 1_000e6);
        (address next, uint256 nextKey) = makeAddrAndKey("next treasurer");
        change(abi.encodeCall(IVault.setTreasurer, (next)));
        checkpoint();
        Mandate memory m = sellUsdc();
        assertRefused(stranger, opening(m, sign(m)), Refusal.BadSignature, uint160(next));
        bytes memory data = opening(m, Signing.ecdsa(nextKey, vault.mandateDigest(m)));
        vm.expectEmit(address(vault));
        emit IVault.MandateOpened(vault.mandateDigest(m), next, m);
        passes(stranger, data);
        assertEq(vault.mandateProgress(vault.mandateDigest(m)).treasurerEpoch, 1);
        run(m, 1_000e6);
        assertRefused(executor, execution(old), Refusal.MandateLatched, 0);
        // It is the same hash still, which does not open a second time.
        assertRefused(stranger, opening(old, Signing.ecdsa(nextKey, id)), Refusal.MandateExists, 0);
        passes(next, abi.encodeCall(IVault.enableMandate, (id)));
        run(old, 1_000e6);
        assertEq(vault.mandateProgress(id).filled, 2_000e6, "progress goes on");
    }

    /// @notice Who comes back as treasurer is a new treasurer: mandates of the time before stay latched until they are enabled.
    function test_formerTreasurer_comesBackToLatchedMandates() public {
        Mandate memory m = sellUsdc();
        m.end += 30 days;
        bytes32 id = open(m);
        change(abi.encodeCall(IVault.setTreasurer, (stranger)));
        change(abi.encodeCall(IVault.setTreasurer, (treasurer)));
        checkpoint();
        assertRefused(executor, execution(m), Refusal.MandateLatched, 0);
        passes(treasurer, abi.encodeCall(IVault.enableMandate, (id)));
        assertEq(vault.mandateProgress(id).treasurerEpoch, 2);
        run(m, 1_000e6);
    }

    /// @notice The signature of a treasurer who is none any more opens nothing, also where it was given in office.
    function test_formerTreasurer_signsNothing() public {
        Mandate memory m = sellUsdc();
        bytes memory data = opening(m, sign(m));
        change(abi.encodeCall(IVault.setTreasurer, (stranger)));
        assertRefused(treasurer, data, Refusal.BadSignature, uint160(stranger));
        assertUnauthorized(treasurer, abi.encodeCall(IVault.closeMandate, (vault.mandateDigest(m))));
        change(abi.encodeCall(IVault.setTreasurer, (treasurer)));
        passes(stranger, data);
    }

    // --- whatever else is the matter ---

    /// @notice Opening moves nothing, so it waits for nothing; trading waits.
    function test_opensWhilePausedTrippedAndUnsealed() public {
        passes(guardian, abi.encodeCall(IVault.pause, ()));
        Mandate memory m = sellUsdc();
        open(m);
        assertRefused(executor, execution(m), Refusal.Paused, 0);
        passes(owner, abi.encodeCall(IVault.unpause, ()));
        trip();
        m = sellUsdc();
        open(m);
        assertRefused(executor, execution(m), Refusal.Tripped, 0);
        vault = deploy(configuration());
        m = sellUsdc();
        open(m);
        assertRefused(executor, execution(m), Refusal.NotSealed, 0);
    }

    /// @notice A mandate and what it has sold so far outlive a trip, a reset and a new executor.
    function test_survivesAReset() public {
        Mandate memory m = sellUsdc();
        (m.refillAmount, m.refillPeriod, m.maximumSlice) = (m.total, 7 days, m.total);
        bytes32 id = open(m);
        run(m, 10_000e6);
        trip();
        executor = makeAddr("new executor");
        reset(resetTo(executor));
        wethFeed.set(3_000e8);
        checkpoint();
        MandateProgress memory p = vault.mandateProgress(id);
        assertTrue(p.open && !p.latched);
        assertEq(p.filled, 10_000e6);
        assertEq(p.executionCount, 1);
        run(m, 10_000e6);
        assertEq(vault.mandateProgress(id).filled, 20_000e6);
    }
}
