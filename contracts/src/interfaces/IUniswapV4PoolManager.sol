// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice A pool within the manager. The currencies ascend; the zero address is the chain's own currency.
struct PoolKey {
    address currency0;
    address currency1;
    uint24 fee; // hundredths of a basis point; the highest bit alone: the hooks set it
    int24 tickSpacing;
    address hooks; // its lowest 14 bits say when it is called
}

/// @notice A negative amount is an exact input.
struct SwapParameters {
    bool zeroForOne;
    int256 amountSpecified;
    uint160 sqrtPriceLimitX96;
}

/// @title The part of the manager of all v4 pools that is used
interface IUniswapV4PoolManager {
    /// @notice Calls the caller back; whatever it owes or is owed must be nothing when that returns.
    function unlock(bytes calldata data) external returns (bytes memory);
    /// @return delta What is due to the caller (negative: what it owes), of currency 0 in the upper 128 bits and of
    /// currency 1 in the lower.
    function swap(PoolKey calldata key, SwapParameters calldata parameters, bytes calldata hookData)
        external
        returns (int256 delta);
    /// @notice Notes the manager's balance: what arrives from here on is what `settle` counts.
    function sync(address currency) external;
    function settle() external payable returns (uint256 paid);
    function take(address currency, address recipient, uint256 amount) external;
}

/// @title What the manager calls once it is unlocked
interface IUniswapV4UnlockCallback {
    function unlockCallback(bytes calldata data) external returns (bytes memory);
}
