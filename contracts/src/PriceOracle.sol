// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Feed, Verdict} from "./Types.sol";
import {Refusal} from "./Refusal.sol";
import {IPriceFeed} from "./interfaces/IPriceFeed.sol";
import {IPriceOracle} from "./interfaces/IPriceOracle.sol";

/// @title A price, or the reason why there is none
/// @notice Stateless and without an administrator: what is asked of it, and how old an answer may be, is the vault's
/// policy. It never reverts and never falls back to anything.
contract PriceOracle is IPriceOracle {
    /// @notice Gas a feed gets per question; a proxied Chainlink feed needs about an eighth.
    uint256 private constant FEED_GAS = 200_000;
    uint256 private constant MOST_DECIMALS = 36;
    uint256 private constant PRICE_DECIMALS = 18;
    /// @notice 79 billion USD per whole token; what lies above is an error, and below it products fit in a word.
    uint256 private constant HIGHEST_PRICE = type(uint96).max;

    struct Round {
        uint256 id;
        int256 answer;
        uint256 startedAt;
        uint256 updatedAt;
        uint256 answeredIn;
    }

    /// @inheritdoc IPriceOracle
    function verdict(Feed calldata feed) external view returns (Verdict memory) {
        (bool hasDecimals, bytes memory decimalsWord) = ask(feed.source, abi.encodeCall(IPriceFeed.decimals, ()), 32);
        (bool hasRound, bytes memory roundWords) = ask(feed.source, abi.encodeCall(IPriceFeed.latestRoundData, ()), 160);
        if (!hasDecimals || !hasRound) return none(Refusal.PriceUnavailable, 0);
        uint256 decimals = abi.decode(decimalsWord, (uint256));
        if (decimals > MOST_DECIMALS) return none(Refusal.PriceUnavailable, 0);
        return judge(abi.decode(roundWords, (Round)), decimals, feed.heartbeat);
    }

    function judge(Round memory round, uint256 decimals, uint256 heartbeat) private view returns (Verdict memory) {
        if (round.id > type(uint80).max || round.answeredIn > type(uint80).max) {
            return none(Refusal.PriceUnavailable, 0);
        }
        if (round.updatedAt == 0 || round.updatedAt > block.timestamp) return none(Refusal.PriceInvalid, 0);
        uint64 updatedAt = uint64(round.updatedAt);
        if (round.answer <= 0 || round.answeredIn < round.id) return none(Refusal.PriceInvalid, updatedAt);
        if (block.timestamp - updatedAt > heartbeat) return none(Refusal.PriceStale, updatedAt);
        uint256 answer = uint256(round.answer);
        if (answer > type(uint128).max) return none(Refusal.PriceInvalid, updatedAt);
        (uint256 low, uint256 high) = scaled(answer, decimals);
        if (low == 0 || high > HIGHEST_PRICE) return none(Refusal.PriceInvalid, updatedAt);
        return Verdict({reason: Refusal.None, low: low, high: high, updatedAt: updatedAt});
    }

    /// @dev To 18 decimals; where digits are lost, `low` and `high` are the two neighbours.
    function scaled(uint256 answer, uint256 decimals) private pure returns (uint256 low, uint256 high) {
        if (decimals <= PRICE_DECIMALS) {
            low = answer * 10 ** (PRICE_DECIMALS - decimals);
            return (low, low);
        }
        uint256 divisor = 10 ** (decimals - PRICE_DECIMALS);
        low = answer / divisor;
        high = answer % divisor == 0 ? low : low + 1;
    }

    /// @dev A question to something that may be no feed at all: at most `size` bytes of the answer are looked at.
    function ask(address source, bytes memory question, uint256 size) private view returns (bool, bytes memory answer) {
        if (source.code.length == 0) return (false, answer);
        bool done;
        answer = new bytes(size);
        assembly ("memory-safe") {
            done := staticcall(FEED_GAS, source, add(question, 0x20), mload(question), add(answer, 0x20), size)
            done := and(done, iszero(lt(returndatasize(), size)))
        }
        return (done, answer);
    }

    function none(Refusal reason, uint64 updatedAt) private pure returns (Verdict memory) {
        return Verdict({reason: reason, low: 0, high: 0, updatedAt: updatedAt});
    }
}
