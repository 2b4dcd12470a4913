// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IUniswapV3SwapCallback} from "../../src/interfaces/IUniswapV3Pool.sol";
import {IUniswapV4UnlockCallback, PoolKey, SwapParameters} from "../../src/interfaces/IUniswapV4PoolManager.sol";
import {IMoveListener, MockToken} from "./MockToken.sol";

/// @title Something that calls back into who calls it
abstract contract Reentrant {
    address private target;
    bytes private question;
    bool private forgiving; // goes on where the call back was refused, instead of reverting with it
    bool public cameThrough;
    uint256 public attempts;

    function aim(address target_, bytes calldata question_, bool forgiving_) external {
        (target, question, forgiving) = (target_, question_, forgiving_);
    }

    function setQuestion(address target_, bytes calldata question_) internal {
        (target, question) = (target_, question_);
    }

    function strike() internal {
        attempts++;
        (bool done, bytes memory answer) = target.call(question);
        if (done) cameThrough = true;
        if (done || forgiving) return;
        assembly ("memory-safe") {
            revert(add(answer, 0x20), mload(answer))
        }
    }
}

/// @title Calls back whenever a token that notifies it moves
contract ReentrantListener is Reentrant, IMoveListener {
    function moved(address, address, uint256) external {
        strike();
    }
}

/// @title Something that looks like a v3 pool and misbehaves as told
contract HostilePool is Reentrant {
    enum Manner {
        PaysFairly,
        PaysNothing,
        CollectsTwice,
        CollectsMore,
        CollectsLess,
        CollectsNothing,
        Reenters,
        ReturnsTheInput,
        CollectsNegative,
        CollectsAsManager,
        AnswersEndlessly
    }

    Manner public manner;
    address private customer; // who gets the input back, where it is returned
    MockToken private immutable buy;
    MockToken private immutable sell;
    uint256 public payout;

    constructor(MockToken sell_, MockToken buy_) {
        sell = sell_;
        buy = buy_;
    }

    function behave(Manner manner_, uint256 payout_) external {
        manner = manner_;
        payout = payout_;
    }

    function returnTo(address customer_) external {
        customer = customer_;
    }

    function reenter(address target_, bytes calldata question_) external {
        manner = Manner.Reenters;
        setQuestion(target_, question_);
    }

    function swap(address recipient, bool zeroForOne, int256 amount, uint160, bytes calldata)
        external
        returns (int256, int256)
    {
        if (manner == Manner.CollectsNothing) return (0, 0);
        if (manner == Manner.AnswersEndlessly) answerEndlessly();
        if (manner == Manner.CollectsAsManager) IUniswapV4UnlockCallback(msg.sender).unlockCallback(new bytes(160));
        int256 asked = amount;
        if (manner == Manner.CollectsMore) asked = amount + 1;
        if (manner == Manner.CollectsLess) asked = amount - 1;
        if (manner == Manner.CollectsNegative) asked = -amount;
        collect(zeroForOne, asked);
        if (manner == Manner.CollectsTwice) collect(zeroForOne, asked);
        if (manner == Manner.Reenters) strike();
        if (manner == Manner.ReturnsTheInput) sell.transfer(customer, uint256(amount));
        if (manner != Manner.PaysNothing) buy.mint(recipient, payout);
        return zeroForOne ? (amount, -int256(payout)) : (-int256(payout), amount);
    }

    function collect(bool zeroForOne, int256 amount) private {
        (int256 delta0, int256 delta1) = zeroForOne ? (amount, -int256(payout)) : (-int256(payout), amount);
        IUniswapV3SwapCallback(msg.sender).uniswapV3SwapCallback(delta0, delta1, "");
    }
}

function answerEndlessly() pure {
    assembly ("memory-safe") {
        revert(0, 200000)
    }
}

/// @title Something that looks like a v2 pair, lies about its reserves and calls back when it is told to pay
contract HostilePair is Reentrant {
    uint256 public reserve0;
    uint256 public reserve1;
    bool private brief; // two words for an answer where a pair gives three
    bool private striking;

    function lie(uint256 reserve0_, uint256 reserve1_) external {
        reserve0 = reserve0_;
        reserve1 = reserve1_;
    }

    function beBrief() external {
        brief = true;
    }

    function beStriking() external {
        striking = true;
    }

    function getReserves() external view returns (uint256, uint256, uint256) {
        if (brief) {
            assembly ("memory-safe") {
                return(0, 0x40)
            }
        }
        return (reserve0, reserve1, 0);
    }

    function swap(uint256, uint256, address, bytes calldata) external {
        if (striking) strike();
    }
}

/// @title Something that looks like a v4 manager and misbehaves as told
contract HostileManager is Reentrant {
    enum Manner {
        PaysFairly,
        PaysNothing,
        CallsBackNever,
        CallsBackTwice,
        CallsBackAsPool,
        OwesMore,
        OwesLess,
        OwesTheOtherCurrency,
        IsOwedTheOutput,
        AnswersNothing,
        AnswersEndlessly,
        MakesUpCurrencies,
        CutsDataShort
    }

    /// @notice Where it calls back, if it does.
    enum Stage {
        Never,
        Unlock,
        Swap,
        Sync,
        Settle,
        Take,
        Leaving
    }

    Manner public manner;
    Stage public stage;
    MockToken private immutable sell;
    MockToken private immutable buy;
    uint256 public payout;
    address public paid; // who was to be paid the output

    constructor(MockToken sell_, MockToken buy_) {
        sell = sell_;
        buy = buy_;
    }

    function behave(Manner manner_, uint256 payout_) external {
        manner = manner_;
        payout = payout_;
    }

    function strikeAt(Stage stage_) external {
        stage = stage_;
    }

    function reached(Stage now_) private {
        if (stage == now_) strike();
    }

    function unlock(bytes calldata data) external returns (bytes memory) {
        reached(Stage.Unlock);
        if (manner == Manner.CallsBackNever) return "";
        if (manner == Manner.AnswersEndlessly) answerEndlessly();
        if (manner == Manner.CallsBackAsPool) {
            int256 leg = int256(sell.balanceOf(msg.sender));
            IUniswapV3SwapCallback(msg.sender).uniswapV3SwapCallback(leg, -1, "");
        }
        bytes memory given = twisted(data);
        IUniswapV4UnlockCallback(msg.sender).unlockCallback(given);
        if (manner == Manner.CallsBackTwice) IUniswapV4UnlockCallback(msg.sender).unlockCallback(given);
        reached(Stage.Leaving);
        return "";
    }

    function twisted(bytes calldata data) private view returns (bytes memory) {
        PoolKey memory key = abi.decode(data, (PoolKey));
        if (manner == Manner.MakesUpCurrencies) (key.currency0, key.currency1) = (address(this), address(buy));
        return manner == Manner.CutsDataShort ? data[:159] : abi.encode(key);
    }

    function swap(PoolKey calldata, SwapParameters calldata parameters, bytes calldata) external returns (int256) {
        reached(Stage.Swap);
        if (manner == Manner.AnswersNothing) {
            assembly ("memory-safe") {
                return(0, 0x1f)
            }
        }
        int256 owed = parameters.amountSpecified;
        int256 due = int256(payout);
        if (manner == Manner.OwesMore) owed--;
        if (manner == Manner.OwesLess) owed++;
        if (manner == Manner.IsOwedTheOutput) due = -due;
        bool inUpper = parameters.zeroForOne != (manner == Manner.OwesTheOtherCurrency);
        (int256 upper, int256 lower) = inUpper ? (owed, due) : (due, owed);
        return upper << 128 | int256(uint256(uint128(int128(lower))));
    }

    function sync(address) external {
        reached(Stage.Sync);
    }

    function settle() external payable returns (uint256) {
        reached(Stage.Settle);
        return 0;
    }

    function take(address, address recipient, uint256 amount) external {
        reached(Stage.Take);
        paid = recipient;
        if (manner != Manner.PaysNothing) buy.mint(recipient, amount);
    }
}
