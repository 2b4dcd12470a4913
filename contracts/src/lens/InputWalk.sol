// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {NoPool} from "./NoPool.sol";
import {TickInfo} from "../interfaces/ILens.sol";
import {TickMath} from "@uniswap/v4-core/src/libraries/TickMath.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

/// @notice An input on its way through a pool: where it has moved the price to, and what of it is left.
struct InputWalk {
    bool down; // token0 comes in, and the price falls
    bool ended; // the rest moves the price no further than to the next stop
    uint256 root; // √price, Q64.96
    uint256 liquidity;
    uint256 left;
}

using InputWalking for InputWalk global;

/// @title How far an input moves a pool's price, at most
/// @notice Counts too little for every stretch, never too much: no fee, and rounded down. What ends here ends in the pool before.
library InputWalking {
    /// @notice Nothing moves no price.
    function start(bool down, uint256 amount, uint256 root, uint256 liquidity)
        internal
        pure
        returns (InputWalk memory walk)
    {
        return InputWalk(down, amount == 0, root, liquidity, amount);
    }

    /// @notice On to a tick that lies ahead.
    function moveTo(InputWalk memory walk, int256 tick) internal pure {
        if (walk.ended) return;
        uint256 target = TickMath.getSqrtPriceAtTick(int24(tick));
        uint256 taken = walk.down
            ? input0(walk.liquidity, target, walk.root)
            : FixedPointMathLib.fullMulDivN(walk.liquidity, target - walk.root, 96);
        if (taken > walk.left) {
            walk.ended = true;
        } else {
            walk.left -= taken;
            walk.root = target;
        }
    }

    /// @notice On to an initialised tick and across it.
    function cross(InputWalk memory walk, TickInfo memory tick) internal pure {
        walk.moveTo(tick.index);
        if (walk.ended) return;
        int256 net = tick.liquidityNet;
        int256 liquidity = int256(walk.liquidity) + (walk.down ? -net : net);
        if (liquidity < 0 || liquidity > int256(uint256(type(uint128).max))) revert NoPool();
        walk.liquidity = uint256(liquidity);
    }

    /// @dev The amount of token0 that moves √price from `upper` to `lower`. Liquidity has 128 bits: 224 at most here.
    function input0(uint256 liquidity, uint256 lower, uint256 upper) private pure returns (uint256) {
        return FixedPointMathLib.fullMulDiv(liquidity << 96, upper - lower, upper) / lower;
    }
}
