// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {Doors} from "../support/Doors.sol";
import {HostilePool} from "../support/HostilePools.sol";
import {Signing} from "../support/Signing.sol";

/// @title An order above the automatic limit, and a pool that pays to the unit what it is told
abstract contract Vouchers is Doors {
    uint256 internal constant LARGE = 60_000e6;
    HostilePool internal exact;
    Mandate internal m;

    function setUp() public virtual override {
        super.setUp();
        exact = new HostilePool(usdc, weth);
        m = sellUsdc();
        (m.total, m.maximumSlice, m.minimumInterval) = (10_000_000e6, 200_000e6, 0);
        open(m);
    }

    function order() internal view returns (Order memory) {
        return orderFor(m, LARGE);
    }

    /// @notice The pool pays just the order's minimum.
    function call(Order memory o, Voucher memory v) internal returns (bytes memory) {
        exact.behave(HostilePool.Manner.PaysFairly, o.minimumOut);
        Leg[] memory legs = oneLeg(o.amountIn);
        legs[0].pool = address(exact);
        return abi.encodeCall(IVault.execute, (m, o, legs, v, ""));
    }

    function execute(Order memory o, Voucher memory v) internal {
        passes(executor, call(o, v));
    }

    function expectRefused(Order memory o, Voucher memory v, Refusal reason, uint256 detail) internal {
        assertRefused(executor, call(o, v), reason, detail);
    }

    function digestOf(Order memory o, Voucher memory v) internal view returns (bytes32) {
        return Signing.voucherDigest(address(vault), envelopeFor(m, o, v));
    }

    /// @notice A voucher for `o` that nobody has signed yet.
    function unsigned(Order memory o) internal view returns (Voucher memory v) {
        (v.minimumOut, v.expiry, v.nonce) = (o.minimumOut, uint64(block.timestamp + 1 days), 7);
    }

    /// @notice A vault with other reviewers, sealed and funded, and the mandate open in it.
    function moveTo(address[] memory accounts, uint8 threshold) internal {
        VaultConfiguration memory c = configuration();
        c.reviewers = accounts;
        c.reviewThreshold = threshold;
        vault = deploy(c);
        fund();
        open(m);
    }
}
