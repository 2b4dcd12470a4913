// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {ContractSigner} from "../support/ContractSigner.sol";
import {Doors} from "../support/Doors.sol";
import {Signing} from "../support/Signing.sol";

/// @title A mandate is opened by the treasurer's signature alone, once, as it was signed
contract MandatesTest is Doors {
    uint256 private constant LARGEST = 2 ** 111 - 1;

    function opening(Mandate memory m, bytes memory signature) private pure returns (bytes memory) {
        return abi.encodeCall(IVault.openMandate, (m, signature));
    }

    function expectRefused(Mandate memory m, Refusal reason, uint256 detail) private {
        assertRefused(stranger, opening(m, sign(m)), reason, detail);
    }

    function expectBad(Mandate memory m, bytes memory signature) private {
        assertRefused(stranger, opening(m, signature), Refusal.BadSignature, uint160(vault.treasurer()));
    }

    function assertProgress(bytes32 id, MandateProgress memory expected) private view {
        assertEq(abi.encode(vault.mandateProgress(id)), abi.encode(expected));
    }

    /// @notice The same terms, but for one; all of them still in order.
    function altered(Mandate memory m, uint256 term) private view returns (Mandate memory other) {
        other = abi.decode(abi.encode(m), (Mandate));
        if (term == 0) other.strategy = keccak256("another");
        if (term == 1) other.sell = address(dai);
        if (term == 2) other.buy = address(dai);
        if (term == 3) other.total++;
        if (term == 4) other.maximumSlice++;
        if (term == 5) other.refillAmount++;
        if (term == 6) other.refillPeriod++;
        if (term == 7) other.start--;
        if (term == 8) other.end++;
        if (term == 9) other.minimumInterval--;
        if (term == 10) other.maximumExecutions++;
        if (term == 11) other.worstPrice++;
        if (term == 12) other.slippageBps++;
        if (term == 13) other.poorFillBps--;
        if (term == 14) other.maximumPoorFills++;
        if (term == 15) other.configurationHash = keccak256("another");
        if (term == 16) other.salt++;
    }

    // --- who may ---

    function testFuzz_opens_whoeverRelays(address relay) public {
        Mandate memory m = sellUsdc();
        bytes32 id = vault.mandateDigest(m);
        bytes memory data = opening(m, sign(m));
        vm.expectEmit(address(vault));
        emit IVault.MandateOpened(id, treasurer, m);
        passes(relay, data);
        MandateProgress memory p;
        p.open = true;
        assertProgress(id, p);
        run(m, 1_000e6);
    }

    function test_refuses_everybodyElsesSignature() public {
        Mandate memory m = sellUsdc();
        bytes32 id = vault.mandateDigest(m);
        for (uint256 i = 0; i < reviewers.length; i++) {
            expectBad(m, Signing.ecdsa(reviewerKeys[i], id));
        }
        (, uint256 ownerKey) = makeAddrAndKey("owner");
        expectBad(m, Signing.ecdsa(ownerKey, id));
        expectBad(m, "");
        expectBad(m, new bytes(65));
    }

    /// @notice Not even the treasurer opens what it did not sign.
    function test_refuses_theTreasurerWithoutASignature() public {
        Mandate memory m = sellUsdc();
        assertRefused(treasurer, opening(m, ""), Refusal.BadSignature, uint160(treasurer));
    }

    function test_signature_bindsEveryTerm() public {
        Mandate memory m = standing();
        for (uint256 term = 0; term < 17; term++) {
            Mandate memory other = altered(m, term);
            expectBad(m, sign(other));
            expectBad(other, sign(m));
            uint256 clean = vm.snapshotState();
            open(other);
            vm.revertToState(clean);
        }
        open(m);
    }

    /// @notice Also the hash of the strategy's configuration: what is executed is the very mandate that was opened.
    function test_execution_bindsEveryTerm() public {
        Mandate memory m = standing();
        bytes32 id = open(m);
        Order memory o = orderFor(m, 1_000e6);
        for (uint256 term = 0; term < 17; term++) {
            Mandate memory other = altered(m, term);
            bytes memory data = abi.encodeCall(IVault.execute, (other, o, oneLeg(o.amountIn), noVoucher(), ""));
            assertRefused(executor, data, Refusal.MandateUnknown, uint256(id));
            // Nor under an id of its own, which nobody opened.
            Order memory under = orderFor(other, 1_000e6);
            data = abi.encodeCall(IVault.execute, (other, under, oneLeg(o.amountIn), noVoucher(), ""));
            assertRefused(executor, data, Refusal.MandateUnknown, uint256(under.mandateId));
        }
        run(m, 1_000e6);
    }

    /// @notice Words that are no value of their type open nothing, though a reader that masks them would take them for the terms.
    function testFuzz_uncleanWords_openNothing(uint256 dirt, uint8 pick) public {
        uint8[10] memory words = [1, 2, 6, 7, 8, 9, 10, 12, 13, 14];
        uint8[10] memory bits = [160, 160, 32, 64, 64, 32, 32, 16, 16, 8];
        uint256 at = 0x24 + uint256(words[pick % 10]) * 32;
        dirt = dirt >> bits[pick % 10] << bits[pick % 10];
        vm.assume(dirt != 0);
        Mandate memory m = standing();
        bytes memory data = opening(m, sign(m));
        assembly ("memory-safe") {
            mstore(add(data, at), or(mload(add(data, at)), dirt))
        }
        (bool done,) = knock(stranger, data);
        assertFalse(done);
        assertFalse(vault.mandateProgress(vault.mandateDigest(m)).open);
    }

    function test_signature_isForOneVaultAndOneChain() public {
        Mandate memory m = sellUsdc();
        bytes memory signature = sign(m);
        vm.chainId(2);
        expectBad(m, signature);
        vm.chainId(31337);
        IVault first = vault;
        vault = deploy(configuration());
        expectBad(m, signature);
        vault = first;
        passes(stranger, opening(m, signature));
    }

    // --- a treasurer that is a contract (EIP-1271) ---

    function contractTreasurer() private returns (ContractSigner safe) {
        safe = new ContractSigner();
        VaultConfiguration memory c = configuration();
        c.treasurer = address(safe);
        vault = deploy(c);
        fund();
    }

    function test_contractTreasurer_opensByItsWord() public {
        ContractSigner safe = contractTreasurer();
        Mandate memory m = sellUsdc();
        bytes32 id = vault.mandateDigest(m);
        expectBad(m, "");
        expectBad(m, sign(m));
        safe.approve(vault.mandateDigest(altered(m, 16)));
        expectBad(m, "");
        safe.approve(id);
        vm.expectCall(address(safe), abi.encodeCall(ContractSigner.isValidSignature, (id, "two owners")), 1);
        vm.expectEmit(address(vault));
        emit IVault.MandateOpened(id, address(safe), m);
        passes(stranger, opening(m, "two owners"));
        // From then on it is open, whatever the contract would say now.
        safe.behave(ContractSigner.Manner.Reverts);
        run(m, 1_000e6);
    }

    function test_contractTreasurer_hasToSayItExactly() public {
        ContractSigner safe = contractTreasurer();
        Mandate memory m = sellUsdc();
        safe.approve(vault.mandateDigest(m));
        ContractSigner.Manner[4] memory manners = [
            ContractSigner.Manner.LongAnswer,
            ContractSigner.Manner.DirtyAnswer,
            ContractSigner.Manner.BurnsGas,
            ContractSigner.Manner.Reverts
        ];
        for (uint256 i = 0; i < manners.length; i++) {
            safe.behave(manners[i]);
            expectBad(m, "");
        }
        safe.behave(ContractSigner.Manner.Honest);
        uint256 clean = vm.snapshotState();
        vm.etch(address(safe), "");
        expectBad(m, "");
        vm.revertToState(clean);
        passes(stranger, opening(m, ""));
    }

    // --- bounds ---

    function standing() private returns (Mandate memory m) {
        m = sellUsdc();
        (m.refillAmount, m.refillPeriod) = (70_000e6, 1 days);
        (m.slippageBps, m.poorFillBps) = (100, 50);
    }

    function testFuzz_opens_whateverIsWithinTheBounds(Mandate memory m) public {
        (m.sell, m.buy) = (address(usdc), address(weth));
        m.total = bound(m.total, 1, LARGEST);
        m.maximumSlice = bound(m.maximumSlice, 1, m.total);
        m.refillPeriod = uint32(bound(m.refillPeriod, 0, 365 days));
        m.refillAmount = m.refillPeriod == 0 ? 0 : bound(m.refillAmount, m.maximumSlice, m.total);
        m.end = uint64(bound(m.end, block.timestamp + 1, type(uint64).max));
        m.start = uint64(bound(m.start, 0, m.end - 1));
        m.minimumInterval = uint32(bound(m.minimumInterval, 0, 365 days));
        m.maximumExecutions = uint32(bound(m.maximumExecutions, 1, type(uint32).max));
        m.worstPrice = bound(m.worstPrice, 1, type(uint192).max);
        m.slippageBps = uint16(bound(m.slippageBps, 1, 200));
        m.poorFillBps = uint16(bound(m.poorFillBps, 1, m.slippageBps));
        m.maximumPoorFills = uint8(bound(m.maximumPoorFills, 1, type(uint8).max));
        assertTrue(vault.mandateProgress(open(m)).open);
    }

    function refuse(Mandate memory m, uint256 detail) private {
        expectRefused(m, Refusal.MandateInvalid, detail);
    }

    function testFuzz_refuses_amountsOutsideTheBounds(uint256 value) public {
        Mandate memory m = standing();
        m.total = bound(value, LARGEST + 1, type(uint256).max);
        refuse(m, m.total);
        m.total = 0;
        refuse(m, 0);
        m = standing();
        m.maximumSlice = bound(value, m.total + 1, type(uint256).max);
        refuse(m, m.maximumSlice);
        m.maximumSlice = 0;
        refuse(m, 0);
        m = standing();
        m.refillAmount = bound(value, m.total + 1, type(uint256).max);
        refuse(m, m.refillAmount);
        m.refillAmount = bound(value, 0, m.maximumSlice - 1);
        refuse(m, m.refillAmount);
        m.refillAmount = bound(value, 1, type(uint256).max);
        m.refillPeriod = 0;
        refuse(m, m.refillAmount);
        m = standing();
        m.worstPrice = bound(value, uint256(type(uint192).max) + 1, type(uint256).max);
        refuse(m, m.worstPrice);
        m.worstPrice = 0;
        refuse(m, 0);
    }

    function testFuzz_refuses_timesOutsideTheBounds(uint64 value) public {
        Mandate memory m = standing();
        m.start = uint64(bound(value, m.end, type(uint64).max));
        refuse(m, m.start);
        m = standing();
        m.start = 0;
        m.end = uint64(bound(value, 1, block.timestamp));
        expectRefused(m, Refusal.MandateEnded, m.end);
        m = standing();
        m.minimumInterval = uint32(bound(value, 365 days + 1, type(uint32).max));
        refuse(m, m.minimumInterval);
        m = standing();
        m.refillPeriod = uint32(bound(value, 365 days + 1, type(uint32).max));
        refuse(m, m.refillPeriod);
        m = standing();
        m.maximumExecutions = 0;
        refuse(m, 0);
    }

    function testFuzz_refuses_fillsOutsideTheBounds(uint16 value) public {
        Mandate memory m = standing();
        m.slippageBps = uint16(bound(value, 201, type(uint16).max));
        refuse(m, m.slippageBps);
        m.slippageBps = 0;
        refuse(m, 0);
        m = standing();
        m.poorFillBps = uint16(bound(value, m.slippageBps + 1, type(uint16).max));
        refuse(m, m.poorFillBps);
        m.poorFillBps = 0;
        refuse(m, 0);
        m = standing();
        m.maximumPoorFills = 0;
        refuse(m, 0);
    }

    /// @notice The slippage bound is the vault's of this moment; lowered to nothing, it lets no mandate in.
    function testFuzz_slippage_isAtMostTheVaultsOfThisMoment(uint16 lowered) public {
        Limits memory limits = defaultLimits();
        limits.maximumSlippageBps = uint16(bound(lowered, 0, 199));
        passes(guardian, abi.encodeCall(IVault.lowerLimits, (limits)));
        Mandate memory m = sellUsdc();
        m.poorFillBps = 1;
        m.slippageBps = limits.maximumSlippageBps + 1;
        refuse(m, m.slippageBps);
        if (limits.maximumSlippageBps == 0) return;
        m.slippageBps--;
        open(m);
    }
}
