// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "../interfaces/IERC20.sol";
import {Refusal, refuse} from "../Refusal.sol";

/// @title Token calls whose failure is a refusal
/// @notice Accepts tokens that answer nothing (USDT) and tokens that answer true; everything else failed. Written out
/// here because a library's own error would leave the vault's one list of refusals.
library TokenMove {
    /// @notice Gas a view grants a token; a proxied or interest-bearing one needs about a quarter.
    uint256 private constant BALANCE_GAS = 200_000;

    function push(address token, address to, uint256 amount) internal {
        requireDone(token, abi.encodeCall(IERC20.transfer, (to, amount)));
    }

    function pull(address token, address from, address to, uint256 amount) internal {
        requireDone(token, abi.encodeCall(IERC20.transferFrom, (from, to, amount)));
    }

    /// @notice The chain's own currency.
    function pushNative(address to, uint256 amount) internal {
        if (!tryPushNative(to, amount, gasleft())) refuse(Refusal.TransferFailed, uint160(to));
    }

    /// @notice Looks at nothing that the receiver answers.
    function tryPushNative(address to, uint256 amount, uint256 gasLimit) internal returns (bool done) {
        assembly ("memory-safe") {
            done := call(gasLimit, to, amount, 0x00, 0x00, 0x00, 0x00)
        }
    }

    function balanceOf(address token, address account) internal view returns (uint256) {
        (bool done, bytes memory answer) = token.staticcall(abi.encodeCall(IERC20.balanceOf, (account)));
        if (!done || answer.length < 32) refuse(Refusal.TransferFailed, uint160(token));
        return abi.decode(answer, (uint256));
    }

    /// @notice For views, which a token that reverts, burns its gas or answers too much must not break.
    function tryBalanceOf(address token, address account) internal view returns (bool answered, uint256 amount) {
        bytes memory question = abi.encodeCall(IERC20.balanceOf, (account));
        assembly ("memory-safe") {
            answered := staticcall(BALANCE_GAS, token, add(question, 0x20), mload(question), 0x00, 0x20)
            answered := and(answered, gt(returndatasize(), 0x1f))
            if answered { amount := mload(0x00) }
        }
    }

    function requireDone(address token, bytes memory data) private {
        (bool done, bytes memory answer) = token.call(data);
        if (done) {
            if (answer.length == 0) done = token.code.length != 0;
            else done = answer.length >= 32 && abi.decode(answer, (uint256)) == 1;
        }
        if (!done) refuse(Refusal.TransferFailed, uint160(token));
    }
}
