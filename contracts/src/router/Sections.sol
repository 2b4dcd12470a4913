// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Leg, Venue} from "../Types.sol";
import {Refusal, refuse} from "../Refusal.sol";
import {TokenMove} from "../guards/TokenMove.sol";
import {ExpectedPayment} from "./ExpectedPayment.sol";

/// @title Sections that sell a token on the way
/// @notice What arrives of such a token is known once it is here. Its legs divide what is here as the plan divided what it
/// expected: nothing is left over, and when nothing moved since, each spends what was planned. One word says how far they
/// are, in base units of that token:
///
///   a token on the way 1 | held, not spent yet 127 | planned, legs still to come 128
library Sections {
    /// @notice For sections that sell the order's own token, whose legs spend exactly their input.
    uint256 internal constant DIRECT = 0;
    uint256 private constant ON_THE_WAY = 1 << 255;

    /// @notice What the legs after `head` sell and buy. Nothing sells what the order buys, nor buys what it sells: either
    /// would stay in the router.
    function open(Leg calldata head, address sell, address buy)
        internal
        view
        returns (address sold, address bought, uint256 rest)
    {
        // Reverts where the venue is none.
        assert(head.venue == Venue.Section);
        (sold, bought) = (head.pool, head.hooks);
        if (sold == bought || sold == buy) refuse(Refusal.LegsMismatch, uint160(sold));
        if (bought == sell) refuse(Refusal.LegsMismatch, uint160(bought));
        if (sold == sell) return (sold, bought, DIRECT);
        uint256 planned = head.amountIn;
        if (planned > ExpectedPayment.LARGEST) refuse(Refusal.LegsMismatch, planned);
        uint256 held = TokenMove.balanceOf(sold, address(this));
        if (held > ExpectedPayment.LARGEST) refuse(Refusal.TransferFailed, uint160(sold));
        rest = ON_THE_WAY | held << 128 | planned;
    }

    /// @notice What a leg that plans to spend `part` may spend: its share, rounded down, of what is left. The last leg's is
    /// all of it. A share of nothing is refused: then nothing of `sold` came here, or as good as nothing.
    /// @return amount Base units of `sold`, above zero.
    /// @return left The word for the next leg.
    function share(address sold, uint256 rest, uint256 part) internal pure returns (uint256 amount, uint256 left) {
        uint256 planned = uint128(rest);
        if (part == 0 || part > planned) refuse(Refusal.LegsMismatch, part);
        // 127 bits each; and no share is more than the whole.
        unchecked {
            amount = (rest >> 128 & ExpectedPayment.LARGEST) * part / planned;
            left = rest - (amount << 128 | part);
        }
        if (amount == 0) refuse(Refusal.TransferFailed, uint160(sold));
    }
}
