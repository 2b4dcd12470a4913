// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {ContractSigner} from "../support/ContractSigner.sol";
import {Signing} from "../support/Signing.sol";
import {World} from "../support/World.sol";

/// @title With a sentinel, no order without its signature
contract SentinelTest is World {
    uint256 private key;
    address private sentinel;
    Mandate private m;

    function setUp() public override {
        (sentinel, key) = makeAddrAndKey("sentinel");
        super.setUp();
        m = sellUsdc();
        open(m);
    }

    function configuration() internal view override returns (VaultConfiguration memory c) {
        c = super.configuration();
        c.sentinel = sentinel;
    }

    function execute(Order memory o, bytes memory signature) private {
        vm.prank(executor);
        vault.execute(m, o, oneLeg(o.amountIn), noVoucher(), signature);
    }

    function sealOf(Order memory o) private view returns (bytes memory) {
        return Signing.ecdsa(key, Signing.orderDigest(address(vault), o));
    }

    function expectRefused(Order memory o, bytes memory signature) private {
        expectRefusal(Refusal.BadSignature, uint160(sentinel));
        execute(o, signature);
    }

    function test_needsIt() public {
        Order memory o = orderFor(m, 3_000e6);
        expectRefusal(Refusal.SentinelRequired, 0);
        execute(o, "");
        expectRefused(o, Signing.ecdsa(treasurerKey, Signing.orderDigest(address(vault), o)));
        execute(o, sealOf(o));
    }

    /// @notice It is the order that is sealed, with every word of it: nothing that still passes the other guards can be changed.
    function test_bindsTheOrder() public {
        Order memory o = orderFor(m, 3_000e6);
        bytes memory signature = sealOf(o);
        o.minimumOut++;
        expectRefused(o, signature);
        o = orderFor(m, 3_000e6);
        o.amountIn--;
        expectRefused(o, signature);
        o = orderFor(m, 3_000e6);
        o.deadline++;
        expectRefused(o, signature);
        o = orderFor(m, 3_000e6);
        o.decisionHead = keccak256("another decision");
        expectRefused(o, signature);
        o = orderFor(m, 3_000e6);
        o.buyHint = 1;
        expectRefused(o, signature);
        execute(orderFor(m, 3_000e6), signature);
    }

    /// @notice The route is the executor's, as long as it keeps the order.
    function test_leavesTheRouteOpen() public {
        Order memory o = orderFor(m, 3_000e6);
        vm.prank(executor);
        vault.execute(m, o, threeLegs(3_000e6), noVoucher(), sealOf(o));
    }

    function test_isForOneVaultAndOneChain() public {
        Order memory o = orderFor(m, 3_000e6);
        bytes memory signature = sealOf(o);
        vault = deploy(configuration());
        fund();
        open(m);
        Order memory there = orderFor(m, 3_000e6);
        expectRefused(there, signature);
        there = orderFor(m, 3_000e6);
        bytes memory here = sealOf(there);
        vm.chainId(2);
        expectRefusal(Refusal.MandateUnknown, uint256(there.mandateId));
        execute(there, here);
    }

    function test_isUsedUpByItsIndex() public {
        Order memory o = orderFor(m, 3_000e6);
        bytes memory signature = sealOf(o);
        execute(o, signature);
        pass(60);
        expectRefusal(Refusal.WrongExecutionIndex, 1);
        execute(o, signature);
    }

    function test_mayBeAContract() public {
        ContractSigner safe = new ContractSigner();
        change(abi.encodeCall(IVault.setSentinel, (address(safe))));
        checkpoint();
        sentinel = address(safe);
        Order memory o = orderFor(m, 3_000e6);
        expectRefused(o, "x");
        safe.approve(Signing.orderDigest(address(vault), o));
        execute(o, "x");
    }

    /// @notice Taking it away is a loosening; afterwards nobody asks.
    function test_takenAwayAfterTheDelay() public {
        change(abi.encodeCall(IVault.setSentinel, (address(0))));
        checkpoint();
        execute(orderFor(m, 3_000e6), "");
    }
}
