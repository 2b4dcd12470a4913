// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {TokenMove} from "./TokenMove.sol";

/// @notice What the vault held of both tokens before a trade, in base units.
struct Balances {
    uint256 sell;
    uint256 buy;
}

/// @title Outcomes are measured, never believed
library BalanceDelta {
    function measure(address sell, address buy) internal view returns (Balances memory) {
        return Balances(TokenMove.balanceOf(sell, address(this)), TokenMove.balanceOf(buy, address(this)));
    }

    /// @notice Base units of `sell` that left and of `buy` that came since `start`; a change the other way is zero.
    function since(Balances memory start, address sell, address buy)
        internal
        view
        returns (uint256 spent, uint256 received)
    {
        Balances memory end = measure(sell, buy);
        spent = start.sell > end.sell ? start.sell - end.sell : 0;
        received = end.buy > start.buy ? end.buy - start.buy : 0;
    }
}
