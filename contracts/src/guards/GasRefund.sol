// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

/// @title What the executor gets back of its gas: at most what the work needs at a sane price, and a small part of the trade
library GasRefund {
    /// @notice Gas that is paid for at most; sixteen legs need less.
    uint256 internal constant HIGHEST_GAS = 1_500_000;
    /// @notice Of the tip; the base fee is burnt and nobody's choice.
    uint256 internal constant HIGHEST_TIP = 3 gwei;
    uint256 internal constant HIGHEST_BPS = 20;
    /// @notice Gas the receiver gets: enough for a wallet contract's `receive`, too little for mischief.
    uint256 internal constant RECEIVER_GAS = 10_000;
    /// @notice What the measured gas leaves out (the transaction itself, its calldata, the payment), less what the chain gives
    /// back for storage that the trade clears again. Measured, and rounded down: a refund is never a gain.
    uint256 private constant OVERHEAD = 5_000;
    uint256 private constant BPS = 10_000;
    uint256 private constant ETHER = 1e18;

    /// @notice Wei to pay, and what they are worth in USD with 18 decimals. `nativePrice` in USD with 18 decimals, zero when
    /// unknown: then nothing is paid.
    function due(uint256 gasUsed, uint256 nativePrice, uint256 tradeUsd)
        internal
        view
        returns (uint256 amountWei, uint256 valueUsd)
    {
        if (nativePrice == 0) return (0, 0);
        uint256 price = FixedPointMathLib.min(tx.gasprice, block.basefee + HIGHEST_TIP);
        amountWei = FixedPointMathLib.min(gasUsed + OVERHEAD, HIGHEST_GAS) * price;
        amountWei = FixedPointMathLib.min(amountWei, tradeUsd * HIGHEST_BPS / BPS * ETHER / nativePrice);
        valueUsd = FixedPointMathLib.fullMulDivUp(amountWei, nativePrice, ETHER);
    }
}
