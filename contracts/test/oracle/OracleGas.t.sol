// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IPriceOracle, PriceQuery} from "../../src/interfaces/IPriceOracle.sol";
import {IUniswapV3Pool} from "../../src/interfaces/IUniswapV3Pool.sol";
import {TwapWord} from "../../src/guards/TwapWord.sol";
import {PricedPool} from "./PricedPool.sol";
import {MockToken} from "../support/MockToken.sol";

/// @notice Asks the oracle and then trades, in one transaction, as a vault does.
contract Trader {
    function ask(IPriceOracle oracle, PriceQuery calldata query) external view {
        oracle.verdict(query);
    }

    function askPair(IPriceOracle oracle, PriceQuery calldata sell, PriceQuery calldata buy) external view {
        oracle.pair(sell, buy);
    }

    function askAndTrade(
        IPriceOracle oracle,
        PriceQuery calldata sell,
        PriceQuery calldata buy,
        address pool,
        bool zeroForOne,
        uint160 limit
    ) external {
        oracle.pair(sell, buy);
        IUniswapV3Pool(pool).swap(address(this), zeroForOne, 1e12, limit, "");
    }

    function observe(address pool, uint32[] calldata ages) external view {
        IUniswapV3Pool(pool).observe(ages);
    }

    function uniswapV3SwapCallback(int256 amount0, int256 amount1, bytes calldata) external {
        if (amount0 > 0) MockToken(IUniswapV3Pool(msg.sender).token0()).mint(msg.sender, uint256(amount0));
        if (amount1 > 0) MockToken(IUniswapV3Pool(msg.sender).token1()).mint(msg.sender, uint256(amount1));
    }
}

/// @title What a price costs, each question in a transaction of its own
/// forge-config: default.isolate = true
contract OracleGasTest is PricedPool {
    Trader private trader;
    uint16 private hint;

    function setUp() public override {
        super.setUp();
        trader = new Trader();
        grow(100);
        pass(1 hours);
        // The ring is full and wrapped, and the wanted observation is not the newest.
        trade(250);
        pass(12);
        (, hint) = exactHint();
        trader.askAndTrade(oracle, usdcQuery(), usdcQuery(), pool, true, 4295128740);
        pass(12);
        (, hint) = exactHint();
    }

    function feedAlone() private view returns (PriceQuery memory query) {
        query.feed = wethWord();
    }

    function gasOfLast() private view returns (uint256) {
        return vm.lastCallGas().gasTotalUsed;
    }

    function ask(PriceQuery memory query) private view returns (uint256) {
        trader.ask(oracle, query);
        return gasOfLast();
    }

    function askAndTrade(PriceQuery memory query) private returns (uint256 spent) {
        uint256 before = vm.snapshotState();
        trader.askAndTrade(oracle, usdcQuery(), query, pool, true, 4295128740);
        spent = gasOfLast();
        vm.revertToState(before);
    }

    /// @notice The pool's mean, before a trade on the same pool: what it warms is paid for once.
    function test_gas_twapOfTheTradedPool() public {
        uint256 spent = askAndTrade(wethQuery(hint)) - askAndTrade(feedAlone());
        emit log_named_uint("TWAP by exact hint, on the traded pool", spent);
        assertLe(spent, 12_000);
    }

    function test_gas_twapOfAnotherPool() public {
        trader.askPair(oracle, usdcQuery(), feedAlone());
        uint256 feeds = gasOfLast();
        trader.askPair(oracle, usdcQuery(), wethQuery(hint));
        uint256 spent = gasOfLast() - feeds;
        emit log_named_uint("pair, two feeds", feeds);
        emit log_named_uint("TWAP by exact hint, on another pool", spent);
        assertLe(spent, 18_000);
    }

    function test_gas_verdicts() public {
        emit log_named_uint("verdict, feed alone", ask(feedAlone()));
        emit log_named_uint("verdict, feed, quote's feed and TWAP", ask(wethQuery(hint)));
    }

    /// @notice Each observation that came after the hint was signed costs a cold read; sixteen, as much as the pool's own search.
    function test_gas_walk() public {
        uint256 walk = ask(wethQuery(hint - 16)) - ask(wethQuery(hint));
        uint32[] memory ages = new uint32[](2);
        ages[0] = PERIOD;
        trader.observe(pool, ages);
        uint256 searched = gasOfLast();
        trader.observe(pool, new uint32[](1));
        emit log_named_uint("sixteen steps", walk);
        emit log_named_uint("observe([1800, 0])", searched);
        emit log_named_uint("observe([0])", gasOfLast());
        assertLe(walk / 16, 3_500);
    }
}
