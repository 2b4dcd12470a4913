// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {ContractSigner} from "../support/ContractSigner.sol";
import {HostilePool} from "../support/HostilePools.sol";
import {Signing} from "../support/Signing.sol";
import {ExactFills} from "./ExactFills.sol";

/// @title With a sentinel, no order without its signature: on every word of the order, here, and beside all other guards
contract SentinelTest is ExactFills {
    uint256 private constant AMOUNT = 3_000e6;
    uint256 private key;
    address private sentinel;

    function setUp() public override {
        (sentinel, key) = makeAddrAndKey("sentinel");
        super.setUp();
    }

    function configuration() internal view override returns (VaultConfiguration memory c) {
        c = super.configuration();
        c.sentinel = sentinel;
    }

    function order() private view returns (Order memory) {
        return orderFor(m, AMOUNT);
    }

    function signed(Order memory o) private view returns (bytes memory) {
        return Signing.ecdsa(key, Signing.orderDigest(address(vault), o));
    }

    function call(Order memory o, Voucher memory v, bytes memory signature) private returns (bytes memory) {
        exact.behave(HostilePool.Manner.PaysFairly, o.minimumOut);
        return abi.encodeCall(IVault.execute, (m, o, through(address(exact), o.amountIn), v, signature));
    }

    function execute(Order memory o, bytes memory signature) private {
        passes(executor, call(o, noVoucher(), signature));
    }

    function expectRefused(Order memory o, bytes memory signature, Refusal reason, uint256 detail) private {
        assertRefused(executor, call(o, noVoucher(), signature), reason, detail);
    }

    function expectBad(Order memory o, bytes memory signature) private {
        expectRefused(o, signature, Refusal.BadSignature, uint160(sentinel));
    }

    // --- no order without it ---

    function testFuzz_order_needsTheSentinel(uint256 amountIn) public {
        Order memory o = orderFor(m, bound(amountIn, 1e6, 50_000e6));
        expectRefused(o, "", Refusal.SentinelRequired, 0);
        execute(o, signed(o));
    }

    function testFuzz_signature_isTheSentinels(uint256 otherKey, bytes memory junk) public {
        otherKey = bound(otherKey, 1, 2 ** 255);
        vm.assume(otherKey != key && junk.length != 0);
        Order memory o = order();
        expectBad(o, Signing.ecdsa(otherKey, Signing.orderDigest(address(vault), o)));
        expectBad(o, junk);
    }

    function test_signature_ofNoOtherRoleCounts() public {
        Order memory o = order();
        bytes32 digest = Signing.orderDigest(address(vault), o);
        expectBad(o, Signing.ecdsa(treasurerKey, digest));
        for (uint256 i = 0; i < reviewers.length; i++) {
            expectBad(o, Signing.ecdsa(reviewerKeys[i], digest));
        }
        (, uint256 executorKey) = makeAddrAndKey("executor");
        expectBad(o, Signing.ecdsa(executorKey, digest));
    }

    /// @notice It seals what the executor sends; it sends nothing itself.
    function test_sentinel_executesNothing() public {
        Order memory o = order();
        assertRefused(sentinel, call(o, noVoucher(), signed(o)), Refusal.NotExecutor, uint160(sentinel));
    }

    // --- what it binds ---

    /// @notice A signature over an order that differs in any word is none over this one.
    function testFuzz_signature_bindsEveryWord(uint8 word, uint256 change) public {
        uint256[10] memory bits = [uint256(256), 256, 256, 64, 32, 32, 256, 256, 16, 16];
        change = bits[word % 10] == 256 ? change : change % (1 << bits[word % 10]);
        vm.assume(change != 0);
        Order memory o = order();
        bytes memory words = abi.encode(o);
        uint256 at = 0x20 + uint256(word % 10) * 32;
        assembly ("memory-safe") {
            mstore(add(words, at), xor(mload(add(words, at)), change))
        }
        expectBad(o, signed(abi.decode(words, (Order))));
        execute(o, signed(o));
    }

    /// @notice What was sealed cannot be traded otherwise, in any word that the other guards would let pass.
    function test_sealedOrder_isTradedAsItIs() public {
        bytes memory signature = signed(order());
        Order memory o = order();
        o.amountIn--;
        expectBad(o, signature);
        o = order();
        o.minimumOut--;
        expectBad(o, signature);
        o = order();
        o.minimumOut++;
        expectBad(o, signature);
        o = order();
        o.deadline++;
        expectBad(o, signature);
        o = order();
        o.decisionHead = keccak256("another decision");
        expectBad(o, signature);
        o = order();
        o.sellHint++;
        expectBad(o, signature);
        o = order();
        o.buyHint++;
        expectBad(o, signature);
        execute(order(), signature);
    }

    function test_sealedOrder_ofAnotherModelOrMandate() public {
        change(abi.encodeCall(IVault.allowModel, (keccak256("second model"))));
        checkpoint();
        m.end += 30 days;
        id = open(m);
        bytes memory signature = signed(order());
        Order memory o = order();
        o.modelId = keccak256("second model");
        expectBad(o, signature);
        Mandate memory first = m;
        m.salt += 1_000;
        open(m);
        expectBad(order(), signature);
        m = first;
        execute(order(), signature);
    }

    /// @notice The route is the executor's: the order holds it to its outcome.
    function test_sealedOrder_leavesTheRouteOpen() public {
        Order memory o = order();
        bytes memory data = abi.encodeCall(IVault.execute, (m, o, threeLegs(AMOUNT), noVoucher(), signed(o)));
        passes(executor, data);
    }

    // --- once, here ---

    function test_sealedOrder_tradesOnce() public {
        Order memory o = order();
        bytes memory signature = signed(o);
        execute(o, signature);
        expectRefused(o, signature, Refusal.WrongExecutionIndex, 1);
        expectBad(order(), signature);
        expectRefused(order(), "", Refusal.SentinelRequired, 0);
        execute(order(), signed(order()));
    }

    /// @notice It dies with its deadline, five minutes on at the latest, and with the epoch.
    function test_sealedOrder_diesSoon() public {
        Order memory o = order();
        o.deadline = uint64(block.timestamp + 301);
        expectRefused(o, signed(o), Refusal.DeadlineTooFar, o.deadline);
        o.deadline--;
        bytes memory signature = signed(o);
        pass(301);
        expectRefused(o, signature, Refusal.DeadlinePassed, o.deadline);
        o = order();
        o.epoch = 2;
        expectRefused(o, signed(o), Refusal.WrongEpoch, 1);
    }

    function testFuzz_vault_isThisOne(address other) public {
        vm.assume(other != address(vault));
        Order memory o = order();
        expectBad(o, Signing.ecdsa(key, Signing.orderDigest(other, o)));
    }

    function testFuzz_chain_isThisOne(uint64 chain) public {
        chain = uint64(bound(chain, 1, type(uint64).max - 1));
        vm.assume(chain != block.chainid);
        Order memory o = order();
        uint256 here = block.chainid;
        vm.chainId(chain);
        bytes memory signature = signed(o);
        vm.chainId(here);
        expectBad(o, signature);
    }

    /// @notice A twin with the same people, and this very vault after the chain has split, each want a signature of their own.
    function test_replay_toATwinAndAfterASplit() public {
        Order memory o = order();
        bytes memory signature = signed(o);
        IVault first = vault;
        vault = deploy(configuration());
        fund();
        open(m);
        expectRefused(o, signature, Refusal.MandateUnknown, uint256(o.mandateId));
        expectBad(order(), signature);
        vault = first;
        vm.chainId(2);
        expectRefused(o, signature, Refusal.MandateUnknown, uint256(o.mandateId));
        open(m);
        expectBad(order(), signature);
    }

    // --- beside the other guards ---

    /// @notice A voucher does not stand in for it, nor it for a voucher.
    function test_voucher_andSentinelAreBothNeeded() public {
        Order memory o = orderFor(m, 60_000e6);
        Voucher memory v = voucherFor(m, o, 7);
        assertRefused(executor, call(o, noVoucher(), signed(o)), Refusal.ReviewRequired, AUTOMATIC_LIMIT);
        assertRefused(executor, call(o, v, ""), Refusal.SentinelRequired, 0);
        assertFalse(vault.voucherUsed(7));
        passes(executor, call(o, v, signed(o)));
    }

    function test_sentinel_waivesNothing() public {
        Order memory o = asking(AMOUNT, 0.98e18 - 1);
        expectRefused(o, signed(o), Refusal.BelowOracleBound, 0.98e18);
        o = orderFor(m, 150_000e6 + 1);
        expectRefused(o, signed(o), Refusal.SizeCapExceeded, SIZE_CAP);
        o = order();
        passes(guardian, abi.encodeCall(IVault.pause, ()));
        expectRefused(o, signed(o), Refusal.Paused, 0);
    }

    // --- a sentinel that is a contract ---

    function contractSentinel() private returns (ContractSigner safe) {
        safe = new ContractSigner();
        sentinel = address(safe);
        vault = deploy(configuration());
        fund();
        id = open(m);
    }

    function test_contract_signsByItsWord() public {
        ContractSigner safe = contractSentinel();
        Order memory o = order();
        bytes32 digest = Signing.orderDigest(address(vault), o);
        expectBad(o, "x");
        expectBad(o, signed(o));
        safe.approve(digest);
        expectRefused(o, "", Refusal.SentinelRequired, 0);
        for (uint256 i = 1; i <= uint256(type(ContractSigner.Manner).max); i++) {
            safe.behave(ContractSigner.Manner(i));
            expectBad(o, "x");
        }
        safe.behave(ContractSigner.Manner.Honest);
        safe.takeBack(digest);
        expectBad(o, "x");
        safe.approve(digest);
        bytes memory data = call(o, noVoucher(), "x");
        vm.expectCall(address(safe), abi.encodeCall(ContractSigner.isValidSignature, (digest, "x")), 1);
        passes(executor, data);
        expectBad(order(), "x");
    }

    /// @notice No executor gets a yes by sending too little gas.
    function testFuzz_contract_isNotStarved(uint256 gas) public {
        ContractSigner safe = contractSentinel();
        safe.behave(ContractSigner.Manner.Starved);
        bytes memory data = call(order(), noVoucher(), "x");
        vm.prank(executor);
        (bool done,) = address(vault).call{gas: bound(gas, 100_000, 600_000)}(data);
        assertFalse(done);
    }

    // --- coming and going ---

    function test_withoutOne_nobodyAsks() public {
        change(abi.encodeCall(IVault.setSentinel, (address(0))));
        checkpoint();
        m.end += 30 days;
        id = open(m);
        assertFalse(state().sentinelRequired);
        execute(order(), "");
        execute(order(), "anything");
    }

    function test_anotherOne_takesItsPlace() public {
        (address next, uint256 nextKey) = makeAddrAndKey("next sentinel");
        m.end += 30 days;
        id = open(m);
        change(abi.encodeCall(IVault.setSentinel, (next)));
        checkpoint();
        Order memory o = order();
        expectRefused(o, signed(o), Refusal.BadSignature, uint160(next));
        execute(o, Signing.ecdsa(nextKey, Signing.orderDigest(address(vault), o)));
    }
}
