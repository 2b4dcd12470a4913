// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "./Types.sol";
import {ILens, PoolHistory, PoolQuery, PoolState, TickView} from "./interfaces/ILens.sol";
import {IUniswapV3Pool} from "./interfaces/IUniswapV3Pool.sol";
import {IVault} from "./interfaces/IVault.sol";
import {VaultReading} from "./VaultReading.sol";
import {Meter} from "./guards/DrainingMeter.sol";
import {PoolReading} from "./lens/PoolReading.sol";
import {Refusal, Refused} from "./Refusal.sol";

/// @title Everything one tick needs, at one block
/// @notice Has neither storage nor constructor arguments, so an `eth_call` can use it without it being deployed. A pool
/// that is missing or does not answer like a pool comes back with `exists` false; it never makes the call revert.
contract Lens is ILens {
    /// @notice Gas per pool, so that a hostile one cannot use up the call: enough for some 500
    /// initialised ticks of a v3 pool, and for twice as many of a v4 pool.
    uint256 private constant POOL_GAS = 10_000_000;
    uint256 private constant HISTORY_GAS = 3_000_000;

    /// @inheritdoc ILens
    function observe(
        address vault,
        bytes32 mandateId,
        bytes32 modelId,
        PoolQuery[] calldata pools,
        uint32[] calldata secondsAgo,
        uint256 pairPools
    ) external view returns (TickView memory answer) {
        answer.chainId = block.chainid;
        answer.blockNumber = block.number;
        answer.timestamp = uint64(block.timestamp);
        answer.baseFeePerGas = block.basefee;
        IVault source = IVault(payable(vault));
        answer.vault = VaultReading.stateOf(source);
        answer.executorBalance = answer.vault.executor.balance;
        answer.assets = VaultReading.assetsOf(source);
        answer.mandate = source.mandateProgress(mandateId);
        uint256 refill = Meter.unwrap(source.refillOf(mandateId));
        answer.refillUsed = uint216(refill);
        answer.refillUpdatedAt = uint64(refill >> 216);
        answer.modelActive = source.isModelActive(modelId);
        answer.pools = new PoolState[](pools.length);
        for (uint256 i = 0; i < pools.length; i++) {
            answer.pools[i] = poolState(pools[i]);
        }
        if (secondsAgo.length != 0) answer.history = history(guide(answer, pairPools), secondsAgo);
    }

    /// @inheritdoc ILens
    function sweep(address vault, bytes32[] calldata mandateIds)
        external
        view
        returns (uint64 timestamp, VaultState memory vault_, MandateProgress[] memory mandates)
    {
        timestamp = uint64(block.timestamp);
        vault_ = VaultReading.stateOf(IVault(payable(vault)));
        mandates = new MandateProgress[](mandateIds.length);
        for (uint256 i = 0; i < mandateIds.length; i++) {
            mandates[i] = IVault(payable(vault)).mandateProgress(mandateIds[i]);
        }
    }

    /// @inheritdoc ILens
    function stateOf(address vault) external view returns (VaultState memory) {
        return VaultReading.stateOf(IVault(payable(vault)));
    }

    /// @inheritdoc ILens
    function assetsOf(address vault) external view returns (AssetState[] memory) {
        return VaultReading.assetsOf(IVault(payable(vault)));
    }

    /// @inheritdoc ILens
    function hintsOf(address vault) external view returns (uint16[] memory) {
        return VaultReading.hintsOf(IVault(payable(vault)));
    }

    // --- pools ---

    function poolState(PoolQuery calldata query) private view returns (PoolState memory pool) {
        // A call of its own: what a hostile pool wastes of gas and memory ends with it.
        try this.answerOf{gas: POOL_GAS}(query) returns (PoolState memory answer) {
            return answer;
        } catch {
            pool.venue = query.venue;
            pool.pool = query.pool;
        }
    }

    /// @notice For the lens itself. Half an answer is none: it reverts instead.
    function answerOf(PoolQuery calldata query) external view returns (PoolState memory) {
        return PoolReading.read(query);
    }

    // --- history ---

    /// @dev Of the pair's v3 pools the one whose average guards one of the vault's assets, which the owner chose; else the one
    /// with the most liquidity at its price, the first of equals; zero where none has any.
    function guide(TickView memory answer, uint256 pairPools) private pure returns (address pool) {
        PoolState[] memory pools = answer.pools;
        uint128 most = 0;
        for (uint256 i = 0; i < pools.length && i < pairPools; i++) {
            // Pairs and missing pools have no such liquidity, and v4 pools keep no history.
            if (pools[i].venue != Venue.UniswapV3 || pools[i].liquidity == 0) continue;
            if (guards(answer.assets, pools[i].pool)) return pools[i].pool;
            if (pools[i].liquidity > most) (most, pool) = (pools[i].liquidity, pools[i].pool);
        }
    }

    function guards(AssetState[] memory assets, address pool) private pure returns (bool) {
        for (uint256 i = 0; i < assets.length; i++) {
            if (assets[i].twapPool == pool) return true;
        }
        return false;
    }

    /// @dev Leaves out the ages the pool does not reach back to: the smallest first index that is answered.
    function history(address source, uint32[] calldata secondsAgo) private view returns (PoolHistory memory answer) {
        answer.pool = source;
        uint256 low = 0;
        uint256 high = secondsAgo.length;
        while (low < high) {
            uint256 middle = (low + high) / 2;
            (bool done, int56[] memory cumulatives) = observed(source, secondsAgo[middle:]);
            if (done) {
                high = middle;
                answer.tickCumulatives = cumulatives;
            } else {
                low = middle + 1;
            }
        }
        answer.secondsAgo = secondsAgo[high:];
    }

    function observed(address source, uint32[] calldata secondsAgo) private view returns (bool, int56[] memory none) {
        if (source.code.length == 0) return (false, none);
        try this.cumulativesOf{gas: HISTORY_GAS}(source, secondsAgo) returns (int56[] memory cumulatives) {
            return (true, cumulatives);
        } catch {
            return (false, none);
        }
    }

    /// @notice For the lens itself: a call of its own, so that an answer that does not decode, or is too long, can be caught.
    function cumulativesOf(address pool, uint32[] calldata secondsAgo) external view returns (int56[] memory answer) {
        (answer,) = IUniswapV3Pool(pool).observe(secondsAgo);
        if (answer.length != secondsAgo.length) revert Refused(Refusal.OutOfBounds, answer.length);
    }
}
