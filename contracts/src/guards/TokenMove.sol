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
        bytes32 selector = IERC20.transfer.selector;
        bool done;
        assembly ("memory-safe") {
            let question := mload(0x40)
            mstore(question, selector)
            mstore(add(question, 0x04), to)
            mstore(add(question, 0x24), amount)
            done := call(gas(), token, 0, question, 0x44, 0x00, 0x20)
        }
        requireDone(done, token);
    }

    function pull(address token, address from, address to, uint256 amount) internal {
        bytes32 selector = IERC20.transferFrom.selector;
        bool done;
        assembly ("memory-safe") {
            let question := mload(0x40)
            mstore(question, selector)
            mstore(add(question, 0x04), from)
            mstore(add(question, 0x24), to)
            mstore(add(question, 0x44), amount)
            done := call(gas(), token, 0, question, 0x64, 0x00, 0x20)
        }
        requireDone(done, token);
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

    function balanceOf(address token, address account) internal view returns (uint256 amount) {
        bool answered;
        (answered, amount) = askBalance(token, account, gasleft());
        if (!answered) refuse(Refusal.TransferFailed, uint160(token));
    }

    /// @notice For views, which a token that reverts, burns its gas or answers too much must not break.
    function tryBalanceOf(address token, address account) internal view returns (bool answered, uint256 amount) {
        return askBalance(token, account, BALANCE_GAS);
    }

    function askBalance(address token, address account, uint256 gasLimit)
        private
        view
        returns (bool answered, uint256 amount)
    {
        bytes32 selector = IERC20.balanceOf.selector;
        assembly ("memory-safe") {
            mstore(0x00, selector)
            mstore(0x04, account)
            answered := staticcall(gasLimit, token, 0x00, 0x24, 0x00, 0x20)
            answered := and(answered, gt(returndatasize(), 0x1f))
            if answered { amount := mload(0x00) }
        }
    }

    /// @dev Right after the call, whose first word of an answer is at 0x00. An account without code answers nothing, too.
    function requireDone(bool done, address token) private view {
        assembly ("memory-safe") {
            switch returndatasize()
            case 0 { done := and(done, iszero(iszero(extcodesize(token)))) }
            default { done := and(done, and(gt(returndatasize(), 0x1f), eq(mload(0x00), 1))) }
        }
        if (!done) refuse(Refusal.TransferFailed, uint160(token));
    }
}
