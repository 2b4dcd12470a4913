// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {StateLibrary} from "@uniswap/v4-core/src/libraries/StateLibrary.sol";
import {IPoolManager} from "@uniswap/v4-core/src/interfaces/IPoolManager.sol";
import {PoolId} from "@uniswap/v4-core/src/types/PoolId.sol";
import {IUniswapV2Pair} from "../src/interfaces/IUniswapV2Pair.sol";
import {IUniswapV3Pool, IUniswapV3SwapCallback} from "../src/interfaces/IUniswapV3Pool.sol";
import {IUniswapV4UnlockCallback, PoolKey, SwapParameters} from "../src/interfaces/IUniswapV4PoolManager.sol";

interface IPlayMoney {
    function mint(address to, uint256 amount) external;
}

struct State {
    uint160 sqrtPriceX96;
    int24 tick;
    uint128 liquidity;
}

struct InitialisedTick {
    int24 index;
    int128 liquidityNet;
}

struct Position {
    int24 tickLower;
    int24 tickUpper;
    uint128 liquidity;
}

/// @title Makes swaps on genuine pools and takes them back: each starts from the pool as it is, and none leaves a trace
/// @notice It mints what it pays. A pool is its address (v3) or its key (v4), encoded.
abstract contract ConcentratedProber {
    struct Swap {
        bool zeroForOne;
        int256 amount; // positive: exact input; negative: exact output
        uint160 limit;
    }

    struct Outcome {
        bool done; // false: the pool refused
        int256 amount0; // positive: what the pool took; negative: what it gave
        int256 amount1;
        State state; // afterwards
    }

    int24 private constant MAXIMUM_TICK = 887272;
    uint256 private constant MOST_TICKS = 512;
    uint256 private constant OUTCOME_LENGTH = 6 * 32;

    /// @notice What each of the swaps alone would do to the pool.
    function probe(bytes calldata pool, Swap[] calldata swaps) external returns (Outcome[] memory outcomes) {
        outcomes = new Outcome[](swaps.length);
        for (uint256 i; i < swaps.length; ++i) {
            try this.swapAndRevert(pool, swaps[i]) {}
            catch (bytes memory reason) {
                // Errors are a selector and words: never as long as an outcome.
                if (reason.length == OUTCOME_LENGTH) outcomes[i] = abi.decode(reason, (Outcome));
            }
        }
    }

    /// @notice Reverts with the bare outcome, so that nothing of it remains.
    function swapAndRevert(bytes calldata pool, Swap calldata asked) external {
        bytes memory outcome = abi.encode(swap(pool, asked));
        assembly ("memory-safe") {
            revert(add(outcome, 0x20), mload(outcome))
        }
    }

    /// @notice Makes a swap for good.
    function swap(bytes calldata pool, Swap calldata asked) public returns (Outcome memory outcome) {
        (outcome.amount0, outcome.amount1) = _swap(pool, asked);
        outcome.done = true;
        outcome.state = _state(pool);
    }

    /// @notice All that a pool's swaps depend on: every initialised tick of the whole range, ascending.
    function read(bytes calldata pool, int24 spacing)
        external
        view
        returns (State memory state, InitialisedTick[] memory ticks)
    {
        state = _state(pool);
        ticks = new InitialisedTick[](MOST_TICKS);
        uint256 count;
        int24 highest = MAXIMUM_TICK / spacing;
        for (int24 word = -highest >> 8; word <= highest >> 8; ++word) {
            uint256 bits = _word(pool, int16(word));
            for (uint256 bit; bits >> bit != 0; ++bit) {
                if ((bits >> bit) & 1 == 0) continue;
                int24 index = (word * 256 + int24(uint24(bit))) * spacing;
                ticks[count++] = InitialisedTick(index, _liquidityNet(pool, index));
            }
        }
        assembly ("memory-safe") {
            mstore(ticks, count)
        }
    }

    function addPositions(bytes calldata pool, Position[] calldata positions) external {
        for (uint256 i; i < positions.length; ++i) {
            _add(pool, positions[i]);
        }
    }

    function _swap(bytes calldata pool, Swap calldata asked) internal virtual returns (int256 amount0, int256 amount1);
    function _add(bytes calldata pool, Position calldata position) internal virtual;
    function _state(bytes calldata pool) internal view virtual returns (State memory);
    function _word(bytes calldata pool, int16 word) internal view virtual returns (uint256);
    function _liquidityNet(bytes calldata pool, int24 index) internal view virtual returns (int128);
}

interface IV3Minter is IUniswapV3Pool {
    function mint(address to, int24 tickLower, int24 tickUpper, uint128 amount, bytes calldata data)
        external
        returns (uint256 amount0, uint256 amount1);
}

contract V3Prober is ConcentratedProber, IUniswapV3SwapCallback {
    function uniswapV3SwapCallback(int256 owed0, int256 owed1, bytes calldata) external {
        IUniswapV3Pool pool = IUniswapV3Pool(msg.sender);
        if (owed0 > 0) IPlayMoney(pool.token0()).mint(msg.sender, uint256(owed0));
        if (owed1 > 0) IPlayMoney(pool.token1()).mint(msg.sender, uint256(owed1));
    }

    function uniswapV3MintCallback(uint256 owed0, uint256 owed1, bytes calldata) external {
        IPlayMoney(IUniswapV3Pool(msg.sender).token0()).mint(msg.sender, owed0);
        IPlayMoney(IUniswapV3Pool(msg.sender).token1()).mint(msg.sender, owed1);
    }

    function _swap(bytes calldata pool, Swap calldata asked) internal override returns (int256, int256) {
        return _at(pool).swap(address(this), asked.zeroForOne, asked.amount, asked.limit, "");
    }

    function _add(bytes calldata pool, Position calldata position) internal override {
        _at(pool).mint(address(this), position.tickLower, position.tickUpper, position.liquidity, "");
    }

    function _state(bytes calldata pool) internal view override returns (State memory state) {
        (state.sqrtPriceX96, state.tick,,,,,) = _at(pool).slot0();
        state.liquidity = _at(pool).liquidity();
    }

    function _word(bytes calldata pool, int16 word) internal view override returns (uint256) {
        return _at(pool).tickBitmap(word);
    }

    function _liquidityNet(bytes calldata pool, int24 index) internal view override returns (int128 net) {
        (, net,,,,,,) = _at(pool).ticks(index);
    }

    function _at(bytes calldata pool) private pure returns (IV3Minter) {
        return IV3Minter(abi.decode(pool, (address)));
    }
}

struct LiquidityParameters {
    int24 tickLower;
    int24 tickUpper;
    int256 liquidityDelta;
    bytes32 salt;
}

interface IV4Manager {
    function unlock(bytes calldata data) external returns (bytes memory);
    function modifyLiquidity(PoolKey calldata key, LiquidityParameters calldata parameters, bytes calldata hookData)
        external
        returns (int256 callerDelta, int256 feesAccrued);
    function swap(PoolKey calldata key, SwapParameters calldata parameters, bytes calldata hookData)
        external
        returns (int256 delta);
    function sync(address currency) external;
    function settle() external payable returns (uint256 paid);
    function take(address currency, address recipient, uint256 amount) external;
}

contract V4Prober is ConcentratedProber, IUniswapV4UnlockCallback {
    IV4Manager private immutable _manager;

    constructor(address manager) {
        _manager = IV4Manager(manager);
    }

    function unlockCallback(bytes calldata data) external returns (bytes memory) {
        (PoolKey memory key, bytes memory question) = abi.decode(data, (PoolKey, bytes));
        (bool done, bytes memory answer) = address(_manager).call(question);
        if (!done) {
            assembly ("memory-safe") {
                revert(add(answer, 0x20), mload(answer))
            }
        }
        int256 delta = abi.decode(answer, (int256));
        _square(key.currency0, int128(delta >> 128));
        _square(key.currency1, int128(delta));
        return answer;
    }

    function _swap(bytes calldata pool, Swap calldata asked) internal override returns (int256, int256) {
        PoolKey memory key = abi.decode(pool, (PoolKey));
        // The manager counts from the caller's side: what goes in is negative there.
        SwapParameters memory parameters = SwapParameters(asked.zeroForOne, -asked.amount, asked.limit);
        bytes memory answer = _manager.unlock(abi.encode(key, abi.encodeCall(IV4Manager.swap, (key, parameters, ""))));
        int256 delta = abi.decode(answer, (int256));
        return (-(delta >> 128), -int256(int128(delta)));
    }

    function _add(bytes calldata pool, Position calldata position) internal override {
        PoolKey memory key = abi.decode(pool, (PoolKey));
        LiquidityParameters memory parameters = LiquidityParameters(
            position.tickLower, position.tickUpper, int256(uint256(position.liquidity)), bytes32(0)
        );
        _manager.unlock(abi.encode(key, abi.encodeCall(IV4Manager.modifyLiquidity, (key, parameters, ""))));
    }

    function _state(bytes calldata pool) internal view override returns (State memory state) {
        (state.sqrtPriceX96, state.tick,,) = StateLibrary.getSlot0(_poolManager(), _id(pool));
        state.liquidity = StateLibrary.getLiquidity(_poolManager(), _id(pool));
    }

    function _word(bytes calldata pool, int16 word) internal view override returns (uint256) {
        return StateLibrary.getTickBitmap(_poolManager(), _id(pool), word);
    }

    function _liquidityNet(bytes calldata pool, int24 index) internal view override returns (int128 net) {
        (, net) = StateLibrary.getTickLiquidity(_poolManager(), _id(pool), index);
    }

    /// @notice The fees as the manager has them, in pips: the providers', and the protocol's by direction.
    function fees(bytes calldata pool) external view returns (uint24 provider, uint24 zeroForOne, uint24 oneForZero) {
        uint24 protocol;
        (,, protocol, provider) = StateLibrary.getSlot0(_poolManager(), _id(pool));
        return (provider, protocol & 0xfff, protocol >> 12);
    }

    function _square(address currency, int128 delta) private {
        if (delta > 0) _manager.take(currency, address(this), uint128(delta));
        if (delta >= 0) return;
        _manager.sync(currency);
        IPlayMoney(currency).mint(address(_manager), uint256(-int256(delta)));
        _manager.settle();
    }

    function _poolManager() private view returns (IPoolManager) {
        return IPoolManager(address(_manager));
    }

    /// @dev A pool's identifier is the hash of its encoded key.
    function _id(bytes calldata pool) private pure returns (PoolId) {
        return PoolId.wrap(keccak256(pool));
    }
}

interface IV2Minter is IUniswapV2Pair {
    function mint(address to) external returns (uint256 liquidity);
}

/// @title The same for v2 pairs, which are told what they shall give and only say yes or no
contract PairProber {
    struct Swap {
        bool zeroForOne;
        uint256 amountIn;
        uint256 amountOut;
    }

    struct Outcome {
        bool done; // false: the pair refused
        uint256 reserve0; // afterwards
        uint256 reserve1;
    }

    uint256 private constant OUTCOME_LENGTH = 3 * 32;

    /// @notice What each of the swaps alone would do to the pair.
    function probe(address pair, Swap[] calldata swaps) external returns (Outcome[] memory outcomes) {
        outcomes = new Outcome[](swaps.length);
        for (uint256 i; i < swaps.length; ++i) {
            try this.swapAndRevert(IUniswapV2Pair(pair), swaps[i]) {}
            catch (bytes memory reason) {
                if (reason.length == OUTCOME_LENGTH) outcomes[i] = abi.decode(reason, (Outcome));
            }
        }
    }

    /// @notice Reverts with the bare outcome, so that nothing of it remains.
    function swapAndRevert(IUniswapV2Pair pair, Swap calldata asked) external {
        IPlayMoney(asked.zeroForOne ? pair.token0() : pair.token1()).mint(address(pair), asked.amountIn);
        (uint256 out0, uint256 out1) = asked.zeroForOne ? (uint256(0), asked.amountOut) : (asked.amountOut, uint256(0));
        pair.swap(out0, out1, address(this), "");
        (uint256 reserve0, uint256 reserve1,) = pair.getReserves();
        bytes memory outcome = abi.encode(Outcome(true, reserve0, reserve1));
        assembly ("memory-safe") {
            revert(add(outcome, 0x20), mload(outcome))
        }
    }

    function fill(address pair, uint256 amount0, uint256 amount1) external {
        IPlayMoney(IUniswapV2Pair(pair).token0()).mint(pair, amount0);
        IPlayMoney(IUniswapV2Pair(pair).token1()).mint(pair, amount1);
        IV2Minter(pair).mint(address(this));
    }
}
