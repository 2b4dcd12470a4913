// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../Types.sol";

/// @notice A pool to look at, and how much of it.
///
/// Of v3 and v4 pools the words of the tick bitmap are read outward from the price: downward until selling `amount0` of
/// token0 is known to end within what has been read, upward until selling `amount1` of token1 is, and `words` words beyond
/// the current one at most. An amount of 0 needs the current word alone.
///
/// A caller who has kept an earlier answer says so in the last three: then its whole window is read, but only answered where
/// it is not the same any longer. `knownTicks` is keccak256 over all initialised ticks within [knownLower, knownUpper],
/// ascending, each as 19 bytes without anything between them: its index (int24, 3 bytes) and its net liquidity (int128, 16
/// bytes), both in two's complement with the highest byte first. No swap changes that; a mint or burn does that begins or ends
/// within.
struct PoolQuery {
    Venue venue;
    address pool; // v4: the PoolManager
    address token0; // v4 only, as the four below: what the pool's key consists of
    address token1;
    uint24 feePips;
    int24 tickSpacing;
    address hooks;
    uint256 amount0; // largest input of token0 that anybody wants to plan with
    uint256 amount1;
    uint8 words;
    int24 knownLower; // bounds as an earlier answer gave them; others, and equal ones, mean that nothing is known
    int24 knownUpper;
    bytes32 knownTicks;
}

struct TickInfo {
    int24 index;
    int128 liquidityNet;
}

/// @notice A pool as it stands. `exists` is false where there is no code, it does not answer like a pool, or the router
/// would not trade with it: v4 pools of the chain's own currency, with a fee set by hooks, or with hooks that touch swaps.
struct PoolState {
    Venue venue;
    address pool;
    bool exists;
    address token0;
    address token1;
    uint24 feePips; // v2: 0
    bytes32 id; // v4 only
    address hooks; // v4 only
    uint16 protocolFee0; // v4 only: what the protocol takes besides where token0 is sold, pips
    uint16 protocolFee1; // the same where token1 is sold
    uint112 reserve0; // v2 only
    uint112 reserve1; // v2 only
    int24 tickSpacing; // v3 and v4 only, as all below
    uint160 sqrtPriceX96;
    int24 tick;
    uint128 liquidity;
    int24 tickLower; // ticks are complete within [tickLower, tickUpper]: what was read, or what is known
    int24 tickUpper;
    bool reached0; // selling `amount0` of token0 leaves the price within the window, or the window ends where prices end
    bool reached1; // the same for `amount1` of token1
    bool ticksKnown; // the known window suffices and its ticks are the same; they are not repeated
    TickInfo[] ticks; // ascending, initialised ticks only
}

/// @notice Log-price samples of one v3 pool, for the volatility estimate: tick cumulatives at `secondsAgo`.
/// Ages the pool has no observation for are left out, so both arrays may be shorter than asked.
struct PoolHistory {
    address pool; // the pair's v3 pool that guards an asset of the vault, else the one with the most liquidity; zero: none
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
        uint32[] calldata secondsAgo, // of the history, descending, ending in 0; empty: no history
        uint256 pairPools // so many pools, from the first, are of the pair whose history is wanted
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
