// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Leg, Venue} from "../../src/Types.sol";
import {IRouter} from "../../src/interfaces/IRouter.sol";
import {IUniswapV3SwapCallback} from "../../src/interfaces/IUniswapV3Pool.sol";
import {MockToken} from "./MockToken.sol";

/// @title Something that looks like a v3 pool and misbehaves as told
contract HostilePool {
    enum Manner {
        PaysFairly,
        PaysNothing,
        CollectsTwice,
        CollectsMore,
        CollectsLess,
        CollectsNothing,
        Reenters,
        ReturnsTheInput
    }

    Manner public manner;
    MockToken private immutable buy;
    MockToken private immutable sell;
    uint256 public payout;
    address private target; // of the re-entry
    bytes private question;

    constructor(MockToken sell_, MockToken buy_) {
        sell = sell_;
        buy = buy_;
    }

    function behave(Manner manner_, uint256 payout_) external {
        manner = manner_;
        payout = payout_;
    }

    function reenter(address target_, bytes calldata question_) external {
        manner = Manner.Reenters;
        target = target_;
        question = question_;
    }

    function swap(address recipient, bool zeroForOne, int256 amount, uint160, bytes calldata)
        external
        returns (int256, int256)
    {
        if (manner == Manner.CollectsNothing) return (0, 0);
        int256 asked = amount;
        if (manner == Manner.CollectsMore) asked = amount + 1;
        if (manner == Manner.CollectsLess) asked = amount - 1;
        collect(zeroForOne, asked);
        if (manner == Manner.CollectsTwice) collect(zeroForOne, asked);
        if (manner == Manner.Reenters) {
            (bool done, bytes memory answer) = target.call(question);
            if (!done) {
                assembly {
                    revert(add(answer, 0x20), mload(answer))
                }
            }
        }
        if (manner == Manner.ReturnsTheInput) sell.transfer(recipient, uint256(amount));
        if (manner != Manner.PaysNothing) buy.mint(recipient, payout);
        return zeroForOne ? (amount, -int256(payout)) : (-int256(payout), amount);
    }

    function collect(bool zeroForOne, int256 amount) private {
        (int256 delta0, int256 delta1) = zeroForOne ? (amount, -int256(payout)) : (-int256(payout), amount);
        IUniswapV3SwapCallback(msg.sender).uniswapV3SwapCallback(delta0, delta1, "");
    }
}

/// @title Something that looks like a v2 pair and lies about its reserves
contract HostilePair {
    uint256 public reserve0;
    uint256 public reserve1;

    function lie(uint256 reserve0_, uint256 reserve1_) external {
        reserve0 = reserve0_;
        reserve1 = reserve1_;
    }

    function getReserves() external view returns (uint256, uint256, uint256) {
        return (reserve0, reserve1, 0);
    }

    function swap(uint256, uint256, address, bytes calldata) external {}
}
