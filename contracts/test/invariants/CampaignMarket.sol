// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {FeedWord} from "../../src/guards/FeedWord.sol";
import {TwapWord} from "../../src/guards/TwapWord.sol";
import {IUniswapV3Pool} from "../../src/interfaces/IUniswapV3Pool.sol";
import {TickPrice} from "../../src/oracle/TickPrice.sol";
import {TwapObservation} from "../../src/oracle/TwapObservation.sol";
import {MockFeed} from "../support/MockFeed.sol";
import {MockToken} from "../support/MockToken.sol";
import {World} from "../support/World.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

interface ISyncing {
    function sync() external;
}

/// @title Prices that are true, feeds that lag behind them, and pools that anybody moves
/// @notice One assumption is kept, the one under which the vault promises anything: of the sources of a price, at least one is
/// within its own error of the truth. The other one may be as far off as the oracle still accepts.
abstract contract CampaignMarket is World {
    uint256 private constant BPS = 10_000;
    uint256 internal constant FEED_ERROR_BPS = 50;
    uint256 internal constant BAND_BPS = 100;
    uint256 internal constant LOWEST_WETH = 2_000e18;
    uint256 internal constant HIGHEST_WETH = 4_000e18;

    /// @notice USD with 18 decimals per whole token.
    mapping(address token => uint256) internal truth;
    /// @notice What the feed says, in the same units.
    mapping(address token => uint256) internal said;
    bytes private feedCode;

    function openMarket() internal {
        feedCode = address(usdcFeed).code;
        truth[address(usdc)] = 1e18;
        truth[address(weth)] = 3_000e18;
        publish(usdc, 0);
        publish(weth, 0);
    }

    function elapse(uint256 duration) internal {
        vm.warp(block.timestamp + duration);
    }

    // --- feeds ---

    /// @notice The feed speaks, `deviationBps` away from the truth.
    function publish(MockToken token, int256 deviationBps) internal {
        MockFeed feed = revived(token);
        int256 answer = int256(truth[address(token)]) * int256(BPS) / (int256(BPS) + deviationBps) / 1e10;
        feed.set(answer);
        said[address(token)] = uint256(answer) * 1e10;
    }

    function revived(MockToken token) private returns (MockFeed feed) {
        feed = feedOf(token);
        if (address(feed).code.length == 0) vm.etch(address(feed), feedCode);
    }

    function repairFeeds() internal {
        if (revived(usdc).answeredInRound() != 1) usdcFeed.setRound(1, 1);
        if (revived(weth).answeredInRound() != 1) wethFeed.setRound(1, 1);
        publish(usdc, 0);
        publish(weth, 0);
    }

    /// @notice Everything a feed can do wrong but lie.
    function breakFeed(MockToken token, uint256 manner) internal {
        MockFeed feed = feedOf(token);
        if (address(feed).code.length == 0) return;
        if (manner == 0) vm.etch(address(feed), "");
        if (manner == 1) feed.set(-1);
        if (manner == 2) feed.set(1e18);
        if (manner == 3) feed.setUpdatedAt(block.timestamp - 1 days - 1);
        if (manner == 4) feed.setRound(2, 0);
    }

    /// @notice The truth moves; the feed follows where its error would be exceeded.
    function moveTruth(MockToken token, uint256 price) internal {
        truth[address(token)] = price;
        if (!isNear(price, said[address(token)], said[address(token)])) publish(token, 0);
    }

    /// @notice Before anything trades: where the feed is further off than its error, the pool must be right.
    function keepOneSourceHonest() internal {
        uint256 price = said[address(weth)];
        if (isNear(truth[address(weth)], price, price)) return;
        (bool found, uint256 low, uint256 high) = twapPrice();
        if (!found || !isNear(truth[address(weth)], low, high)) publish(weth, 0);
    }

    /// @notice Whether the feed was let stray: only while the pool is right.
    function strayFeed(int256 deviationBps) internal {
        (bool found, uint256 low, uint256 high) = twapPrice();
        if (found && isNear(truth[address(weth)], low, high)) publish(weth, deviationBps);
    }

    function isNear(uint256 price, uint256 low, uint256 high) private pure returns (bool) {
        return price * BPS <= high * (BPS + FEED_ERROR_BPS) && price * BPS >= low * (BPS - FEED_ERROR_BPS);
    }

    function feedOf(MockToken token) private view returns (MockFeed) {
        return token == usdc ? usdcFeed : wethFeed;
    }

    // --- pools ---

    /// @notice The 0.05 % pool goes to this price, in USDC with 18 decimals per WETH. A genuine swap.
    function movePool(uint256 price) internal {
        uint256 small = price / 1e12;
        uint256 square = usdc < weth
            ? FixedPointMathLib.fullMulDiv(1e18, 2 ** 192, small)
            : FixedPointMathLib.fullMulDiv(small, 2 ** 192, 1e18);
        uint160 target = uint160(FixedPointMathLib.sqrt(square));
        (uint160 root,,,,,,) = IUniswapV3Pool(pool).slot0();
        if (target == root) return;
        IUniswapV3Pool(pool).swap(address(this), target < root, type(int128).max, target, "");
    }

    function uniswapV3SwapCallback(int256 amount0, int256 amount1, bytes calldata) external {
        if (amount0 > 0) MockToken(IUniswapV3Pool(msg.sender).token0()).mint(msg.sender, uint256(amount0));
        if (amount1 > 0) MockToken(IUniswapV3Pool(msg.sender).token1()).mint(msg.sender, uint256(amount1));
    }

    /// @notice Of the 0.05 % pool now, in USDC with 18 decimals per WETH.
    function spot() internal view returns (uint256) {
        (uint160 root,,,,,,) = IUniswapV3Pool(pool).slot0();
        uint256 ratio = FixedPointMathLib.fullMulDiv(root, root, 2 ** 96);
        return usdc < weth
            ? FixedPointMathLib.fullMulDiv(1e30, 2 ** 96, ratio)
            : FixedPointMathLib.fullMulDiv(ratio, 1e30, 2 ** 96);
    }

    /// @notice Arbitrage is done: the v2 pair agrees with the 0.05 % pool, both stood still for half an hour, and that is the
    /// true price.
    function settleMarket() internal {
        if (sincePoolMoved() > 12 hours) movePool(spot() * 9_998 / 10_000);
        if (sincePoolMoved() <= 31 minutes) elapse(31 minutes);
        uint256 price = spot();
        truth[address(weth)] = price * truth[address(usdc)] / 1e18;
        uint256 held = weth.balanceOf(pair);
        uint256 fair = held * price / 1e30;
        uint256 has = usdc.balanceOf(pair);
        if (fair > has) usdc.mint(pair, fair - has);
        else usdc.burn(pair, has - fair);
        ISyncing(pair).sync();
    }

    /// @dev Seconds since the pool's newest observation.
    function sincePoolMoved() private view returns (uint256) {
        (,, uint16 newest,,,,) = IUniswapV3Pool(pool).slot0();
        (uint32 at,,,) = IUniswapV3Pool(pool).observations(newest);
        return block.timestamp - at;
    }

    // --- the time-weighted price ---

    function hint() internal view returns (uint16 index) {
        (, index) = TwapObservation.find(pool);
    }

    function hints() internal view override returns (uint16[] memory list) {
        list = new uint16[](4);
        list[3] = hint();
    }

    function twapPrice() private view returns (bool found, uint256 low, uint256 high) {
        int256 tick;
        (found, tick) = TwapObservation.meanTick(pool, hint());
        if (!found) return (false, 0, 0);
        TwapWord word = vault.assetOf(address(weth)).twap;
        if (word.pool() == address(0)) return (false, 0, 0);
        (low, high) = TickPrice.bounds(word, tick, said[address(usdc)], said[address(usdc)]);
        return (low != 0, low, high);
    }
}
