// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "./Types.sol";
import {ILens, PoolHistory, PoolQuery, PoolState, TickInfo, TickView} from "./interfaces/ILens.sol";
import {IUniswapV2Pair} from "./interfaces/IUniswapV2Pair.sol";
import {IUniswapV3Pool} from "./interfaces/IUniswapV3Pool.sol";
import {IVault} from "./interfaces/IVault.sol";
import {VaultReading} from "./VaultReading.sol";
import {Meter} from "./guards/DrainingMeter.sol";
import {Refusal, Refused} from "./Refusal.sol";

/// @title Everything one tick needs, at one block
/// @notice Has neither storage nor constructor arguments, so an `eth_call` can use it without it being deployed. A pool
/// that is missing or does not answer like a pool comes back with `exists` false; it never makes the call revert.
contract Lens is ILens {
    int24 private constant LOWEST_TICK = -887272;
    int24 private constant HIGHEST_TICK = 887272;
    /// @notice Largest spacing whose arithmetic stays within an int24 here, as in the genuine factory.
    int256 private constant WIDEST_SPACING = 16384;
    /// @notice Gas per question, so that a hostile pool cannot use up the call: ten times what a genuine one needs.
    uint256 private constant QUESTION_GAS = 200_000;
    /// @notice Gas per pool, for the same reason: enough for three bitmap words full of initialised ticks.
    uint256 private constant POOL_GAS = 10_000_000;
    uint256 private constant HISTORY_GAS = 3_000_000;

    /// @inheritdoc ILens
    function observe(
        address vault,
        bytes32 mandateId,
        bytes32 modelId,
        PoolQuery[] calldata pools,
        uint32[] calldata secondsAgo
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
        if (secondsAgo.length != 0) answer.history = history(deepest(answer.pools), secondsAgo);
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

    function poolState(PoolQuery calldata query) private view returns (PoolState memory) {
        // A call of its own: what a hostile pool wastes of gas and memory ends with it.
        try this.answerOf{gas: POOL_GAS}(query) returns (PoolState memory pool) {
            return pool;
        } catch {
            return missing(query);
        }
    }

    /// @notice For the lens itself.
    function answerOf(PoolQuery calldata query) external view returns (PoolState memory) {
        PoolState memory pool;
        bool answered = query.venue == Venue.UniswapV2 ? readPair(query.pool, pool) : readPool(query, pool);
        // Half an answer is none.
        if (!answered) return missing(query);
        pool.venue = query.venue;
        pool.pool = query.pool;
        pool.exists = true;
        return pool;
    }

    function missing(PoolQuery calldata query) private pure returns (PoolState memory pool) {
        pool.venue = query.venue;
        pool.pool = query.pool;
    }

    function readPair(address pair, PoolState memory pool) private view returns (bool) {
        if (!readTokens(pair, pool)) return false;
        (bool done, bytes memory words) = ask(pair, abi.encodeCall(IUniswapV2Pair.getReserves, ()), 96);
        if (!done) return false;
        (uint256 reserve0, uint256 reserve1) = abi.decode(words, (uint256, uint256));
        if (reserve0 > type(uint112).max || reserve1 > type(uint112).max) return false;
        pool.reserve0 = uint112(reserve0);
        pool.reserve1 = uint112(reserve1);
        return true;
    }

    function readPool(PoolQuery calldata query, PoolState memory pool) private view returns (bool) {
        if (!readTokens(query.pool, pool) || !readPrice(query.pool, pool)) return false;
        (bool hasFee, uint256 fee) = askWord(query.pool, abi.encodeCall(IUniswapV3Pool.fee, ()));
        (bool hasSpacing, uint256 spacing) = askWord(query.pool, abi.encodeCall(IUniswapV3Pool.tickSpacing, ()));
        (bool hasLiquidity, uint256 liquidity) = askWord(query.pool, abi.encodeCall(IUniswapV3Pool.liquidity, ()));
        if (!hasFee || !hasSpacing || !hasLiquidity) return false;
        if (fee >= 1_000_000 || liquidity > type(uint128).max) return false;
        if (int256(spacing) < 1 || int256(spacing) > WIDEST_SPACING) return false;
        pool.feePips = uint24(fee);
        pool.tickSpacing = int24(int256(spacing));
        pool.liquidity = uint128(liquidity);
        return readTicks(query, pool);
    }

    function readTokens(address source, PoolState memory pool) private view returns (bool) {
        (bool has0, uint256 token0) = askWord(source, abi.encodeCall(IUniswapV2Pair.token0, ()));
        (bool has1, uint256 token1) = askWord(source, abi.encodeCall(IUniswapV2Pair.token1, ()));
        if (!has0 || !has1 || token0 > type(uint160).max || token1 > type(uint160).max) return false;
        pool.token0 = address(uint160(token0));
        pool.token1 = address(uint160(token1));
        return true;
    }

    function readPrice(address source, PoolState memory pool) private view returns (bool) {
        (bool done, bytes memory words) = ask(source, abi.encodeCall(IUniswapV3Pool.slot0, ()), 224);
        if (!done) return false;
        (uint256 sqrtPrice, int256 tick) = abi.decode(words, (uint256, int256));
        if (sqrtPrice == 0 || sqrtPrice > type(uint160).max) return false;
        if (tick < LOWEST_TICK || tick > HIGHEST_TICK) return false;
        pool.sqrtPriceX96 = uint160(sqrtPrice);
        pool.tick = int24(tick);
        return true;
    }

    // --- ticks ---

    /// @dev Reads the bitmap words around the current one: within them, every initialised tick is listed.
    function readTicks(PoolQuery calldata query, PoolState memory pool) private view returns (bool) {
        (int256 first, int256 last) = wordRange(pool.tick, pool.tickSpacing, query.words);
        uint256[] memory bitmaps = new uint256[](uint256(last - first + 1));
        uint256 count = 0;
        for (uint256 i = 0; i < bitmaps.length; i++) {
            bool done;
            bytes memory question = abi.encodeCall(IUniswapV3Pool.tickBitmap, (int16(first + int256(i))));
            (done, bitmaps[i]) = askWord(query.pool, question);
            if (!done) return false;
            for (uint256 left = bitmaps[i]; left != 0; left &= left - 1) {
                count++;
            }
        }
        pool.tickLower = clamped(first * 256 * pool.tickSpacing);
        // Up to just before the next word's first tick, so that the current tick always lies within.
        pool.tickUpper = clamped((last + 1) * 256 * pool.tickSpacing - 1);
        return fillTicks(pool, query.pool, bitmaps, first, count);
    }

    function fillTicks(PoolState memory pool, address source, uint256[] memory bitmaps, int256 first, uint256 count)
        private
        view
        returns (bool)
    {
        pool.ticks = new TickInfo[](count);
        uint256 filled = 0;
        for (uint256 i = 0; i < bitmaps.length; i++) {
            if (bitmaps[i] == 0) continue;
            for (uint256 bit = 0; bit < 256; bit++) {
                if ((bitmaps[i] >> bit) & 1 == 0) continue;
                int24 index = int24(((first + int256(i)) * 256 + int256(bit)) * pool.tickSpacing);
                (bool done, bytes memory words) = ask(source, abi.encodeCall(IUniswapV3Pool.ticks, (index)), 256);
                if (!done) return false;
                (, int256 net) = abi.decode(words, (uint256, int256));
                if (net != int128(net)) return false;
                pool.ticks[filled++] = TickInfo({index: index, liquidityNet: int128(net)});
            }
        }
        return true;
    }

    function wordRange(int24 tick, int24 spacing, uint8 words) private pure returns (int256 first, int256 last) {
        int256 current = wordOf(tick, spacing);
        int256 reach = int256(uint256(words));
        first = current - reach;
        last = current + reach;
        int256 lowest = wordOf(LOWEST_TICK, spacing);
        int256 highest = wordOf(HIGHEST_TICK, spacing);
        if (first < lowest) first = lowest;
        if (last > highest) last = highest;
    }

    function wordOf(int24 tick, int24 spacing) private pure returns (int256) {
        int256 compressed = int256(tick) / spacing;
        if (tick < 0 && tick % spacing != 0) compressed--;
        return compressed >> 8;
    }

    function clamped(int256 tick) private pure returns (int24) {
        if (tick < LOWEST_TICK) return LOWEST_TICK;
        if (tick > HIGHEST_TICK) return HIGHEST_TICK;
        return int24(tick);
    }

    // --- history ---

    /// @dev The v3 pool with the most liquidity at its price, the first of equals; zero where none has any.
    function deepest(PoolState[] memory pools) private pure returns (address pool) {
        uint128 most = 0;
        for (uint256 i = 0; i < pools.length; i++) {
            // Pairs and missing pools have no such liquidity.
            if (pools[i].liquidity > most) (most, pool) = (pools[i].liquidity, pools[i].pool);
        }
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

    // --- questions ---

    function askWord(address source, bytes memory question) private view returns (bool done, uint256 word) {
        bytes memory answer;
        (done, answer) = ask(source, question, 32);
        if (done) word = abi.decode(answer, (uint256));
    }

    /// @dev At least `size` bytes, or no answer.
    function ask(address source, bytes memory question, uint256 size) private view returns (bool, bytes memory answer) {
        if (source.code.length == 0) return (false, answer);
        bool done;
        (done, answer) = source.staticcall{gas: QUESTION_GAS}(question);
        return (done && answer.length >= size, answer);
    }
}
