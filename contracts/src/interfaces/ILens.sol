// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../Types.sol";

struct PoolQuery {
    Venue venue;
    address pool;
    uint8 words; // v3: how many tick-bitmap words to read on each side of the current one
}

struct TickInfo {
    int24 index;
    int128 liquidityNet;
}

/// @notice A pool as it stands. `exists` is false where there is no code or it does not answer like a pool.
struct PoolState {
    Venue venue;
    address pool;
    bool exists;
    address token0;
    address token1;
    uint24 feePips; // v3 only; v2: 0
    int24 tickSpacing; // v3 only
    uint112 reserve0; // v2 only
    uint112 reserve1; // v2 only
    uint160 sqrtPriceX96; // v3 only
    int24 tick; // v3 only
    uint128 liquidity; // v3 only
    int24 tickLower; // v3: ticks are complete within [tickLower, tickUpper]
    int24 tickUpper;
    TickInfo[] ticks; // ascending, initialised ticks only
}

/// @notice Log-price samples of one v3 pool, for the volatility estimate: tick cumulatives at `secondsAgo`.
/// Ages the pool has no observation for are left out, so both arrays may be shorter than asked.
struct PoolHistory {
    address pool; // the v3 pool with the most liquidity at its price; zero where none has any, or none was asked for
    uint32[] secondsAgo; // descending, the last one 0
    int56[] tickCumulatives;
}

struct TickView {
    uint256 chainId;
    uint256 blockNumber;
    uint64 timestamp;
    uint256 baseFeePerGas;
    uint256 executorBalance; // wei
    VaultState vault;
    AssetState[] assets;
    MandateProgress mandate;
    uint256 refillUsed; // of a standing mandate, base units, as of refillUpdatedAt; it drains from then on
    uint64 refillUpdatedAt;
    bool modelActive;
    PoolState[] pools;
    PoolHistory history;
}

/// @title Everything one tick needs, in one eth_call at one block; meant to be called without being deployed
interface ILens {
    function observe(
        address vault,
        bytes32 mandateId,
        bytes32 modelId,
        PoolQuery[] calldata pools,
        uint32[] calldata secondsAgo // of the history, descending, ending in 0; empty: no history
    ) external view returns (TickView memory);

    /// @notice The vault's state as of now.
    function stateOf(address vault) external view returns (VaultState memory);

    /// @notice All assets the vault ever listed. A token that does not tell its balance comes with 0 and the refusal
    /// `TransferFailed`.
    function assetsOf(address vault) external view returns (AssetState[] memory);

    /// @notice Where each asset's TWAP observation is now, for `checkpoint` and `trip`.
    function hintsOf(address vault) external view returns (uint16[] memory);

    /// @notice Progress of many mandates and the vault's state, for the minute sweep.
    function sweep(address vault, bytes32[] calldata mandateIds)
        external
        view
        returns (uint64 timestamp, VaultState memory vault_, MandateProgress[] memory mandates);
}
