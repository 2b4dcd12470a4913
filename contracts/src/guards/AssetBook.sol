// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Feed} from "../Types.sol";
import {Refusal, Refused} from "../Refusal.sol";
import {TokenMove} from "./TokenMove.sol";

/// @notice One listed asset, in two words. `booked` is what the vault counts as its own; `flow` the deposits less the
/// withdrawals since the last checkpoint. Base units.
struct Asset {
    Feed feed;
    uint8 decimals;
    bool listed;
    uint128 booked;
    int128 flow;
}

/// @title Only booked balances count: a donation changes nothing until the owner books it
library AssetBook {
    /// @notice Room for sums and differences of amounts in 128 bits, signed.
    uint256 internal constant LARGEST_AMOUNT = uint128(type(int128).max);

    function requireListed(Asset storage asset, address token) internal view {
        if (!asset.listed) revert Refused(Refusal.AssetUnknown, uint160(token));
    }

    /// @notice What is there and booked: a token that lost balance by itself counts with what is left.
    function available(Asset storage asset, address token) internal view returns (uint256) {
        uint256 balance = TokenMove.balanceOf(token, address(this));
        return balance < asset.booked ? balance : asset.booked;
    }

    /// @notice What came in by a trade.
    function credit(Asset storage asset, uint256 amount) internal {
        if (amount > LARGEST_AMOUNT - asset.booked) revert Refused(Refusal.OutOfBounds, amount);
        asset.booked += uint128(amount);
    }

    /// @notice What went out by a trade.
    function debit(Asset storage asset, uint256 amount) internal {
        if (amount > asset.booked) revert Refused(Refusal.InsufficientBalance, asset.booked);
        asset.booked -= uint128(amount);
    }

    /// @notice What came in by a deposit or by booking a donation: no gain, so it is remembered as a flow.
    function flowIn(Asset storage asset, uint256 amount) internal {
        credit(asset, amount);
        asset.flow += int128(uint128(amount));
    }

    /// @notice What the owner takes. Amounts beyond the books come out of what nobody booked.
    function flowOut(Asset storage asset, uint256 amount) internal {
        uint128 part = amount < asset.booked ? uint128(amount) : asset.booked;
        asset.booked -= part;
        asset.flow -= int128(part);
    }
}
