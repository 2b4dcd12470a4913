// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

interface IPayable {
    /// @dev Some tokens answer nothing; what they answer is not read.
    function transfer(address to, uint256 amount) external;
}

interface ITradedPair {
    function token0() external view returns (address);
    function token1() external view returns (address);
    function getReserves() external view returns (uint112 reserve0, uint112 reserve1, uint32 at);
    function swap(uint256 amount0Out, uint256 amount1Out, address to, bytes calldata data) external;
}

interface ITradedPool {
    function token0() external view returns (address);
    function token1() external view returns (address);
    function swap(address to, bool zeroForOne, int256 amountSpecified, uint160 sqrtPriceLimitX96, bytes calldata data)
        external
        returns (int256 amount0, int256 amount1);
}

/// @title A trader of the local chain
/// @notice Swaps on v2 pairs and v3 pools with the tokens it was given, for its owners only. What it bought with `buy` it
/// can sell again with `sellBack`, to the last unit: the two halves of a sandwich.
contract DevnetTrader {
    /// @notice An exact input into one pool.
    struct Swap {
        address pool;
        bool constantProduct; // a v2 pair, whose fee is 0.3 %
        bool zeroForOne;
        uint256 amountIn;
    }

    /// @notice What a pool must give at least for what was bought from it.
    struct Sale {
        address pool;
        uint256 minimumOutput;
    }

    struct Purchase {
        uint256 amount;
        bool constantProduct;
        bool zeroForOne;
    }

    /// @dev Just inside the prices that a v3 pool can have, as square roots with 96 fractional bits.
    uint160 private constant LOWEST_PRICE = 4295128740;
    uint160 private constant HIGHEST_PRICE = 1461446703485210103287273052203988822378723970341;

    mapping(address account => bool) public isOwner;
    mapping(address pool => Purchase) private _purchases;

    /// @dev The pool whose callback is being answered.
    address private transient _expected;

    error NotOwner();
    error UnexpectedCallback();
    error TooLittle(uint256 output, uint256 minimum);

    modifier onlyOwner() {
        if (!isOwner[msg.sender]) revert NotOwner();
        _;
    }

    constructor(address[] memory owners) {
        for (uint256 i; i < owners.length; ++i) {
            isOwner[owners[i]] = true;
        }
    }

    /// @notice Swaps in each pool, all for the same token. Returns how much of it came in all.
    function swap(Swap[] calldata swaps, uint256 minimumOutput) external onlyOwner returns (uint256 output) {
        for (uint256 i; i < swaps.length; ++i) {
            output += _swap(swaps[i]);
        }
        if (output < minimumOutput) revert TooLittle(output, minimumOutput);
    }

    /// @notice Swaps in each pool, each named once, and remembers what came until it is sold back.
    function buy(Swap[] calldata swaps) external onlyOwner {
        for (uint256 i; i < swaps.length; ++i) {
            Swap calldata order = swaps[i];
            _purchases[order.pool] = Purchase(_swap(order), order.constantProduct, order.zeroForOne);
        }
    }

    /// @notice Gives each pool back exactly what the last `buy` got from it.
    function sellBack(Sale[] calldata sales) external onlyOwner {
        for (uint256 i; i < sales.length; ++i) {
            address pool = sales[i].pool;
            Purchase memory bought = _purchases[pool];
            delete _purchases[pool];
            uint256 output = _swap(Swap(pool, bought.constantProduct, !bought.zeroForOne, bought.amount));
            if (output < sales[i].minimumOutput) revert TooLittle(output, sales[i].minimumOutput);
        }
    }

    function uniswapV3SwapCallback(int256 amount0, int256 amount1, bytes calldata) external {
        if (msg.sender != _expected) revert UnexpectedCallback();
        if (amount0 > 0) IPayable(ITradedPool(msg.sender).token0()).transfer(msg.sender, uint256(amount0));
        if (amount1 > 0) IPayable(ITradedPool(msg.sender).token1()).transfer(msg.sender, uint256(amount1));
    }

    function _swap(Swap memory order) private returns (uint256) {
        return order.constantProduct ? _swapPair(order) : _swapPool(order);
    }

    function _swapPool(Swap memory order) private returns (uint256) {
        _expected = order.pool;
        uint160 limit = order.zeroForOne ? LOWEST_PRICE : HIGHEST_PRICE;
        (int256 amount0, int256 amount1) =
            ITradedPool(order.pool).swap(address(this), order.zeroForOne, int256(order.amountIn), limit, "");
        _expected = address(0);
        return uint256(-(order.zeroForOne ? amount1 : amount0));
    }

    function _swapPair(Swap memory order) private returns (uint256 output) {
        ITradedPair pair = ITradedPair(order.pool);
        (uint256 reserve0, uint256 reserve1,) = pair.getReserves();
        (uint256 reserveIn, uint256 reserveOut) = order.zeroForOne ? (reserve0, reserve1) : (reserve1, reserve0);
        uint256 charged = order.amountIn * 997;
        output = (charged * reserveOut) / (reserveIn * 1000 + charged);
        IPayable(order.zeroForOne ? pair.token0() : pair.token1()).transfer(order.pool, order.amountIn);
        pair.swap(order.zeroForOne ? 0 : output, order.zeroForOne ? output : 0, address(this), "");
    }
}
