// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Leg} from "../Types.sol";

/// @title Swaps what it was sent, leg by leg, directly on the pools
interface IRouter {
    /// @notice The caller has sent exactly the sum of the inputs of the legs that sell `sell` before. All output comes here
    /// first and that of `buy` then goes to `recipient`.
    ///
    /// An entry of `legs` whose venue is `Section` heads a section: the legs after it sell the token in its `pool` for the one
    /// in its `hooks`; its fee and tick spacing are not read. Before any head, legs sell `sell` for `buy`. Legs that sell
    /// `sell` spend exactly their input. Of any other token a leg spends its share of what is here: with B the balance at the
    /// head and W the head's amount, which is what all legs from there on plan to sell of it, a leg that plans w spends B w / W,
    /// rounded down, and leaves B less that and W less w to the next. So the last one spends all that is left, and when
    /// nothing moved since the plan was made each spends what was planned. What is left of a token on the way because legs plan
    /// less than W, or because pools paid more of it later, is nobody's: the next order through it takes it along.
    /// @return received What came from the pools, base units of `buy`, and what of it somebody had sent here before.
    /// @dev Refuses: Locked during another order; VenueRefused for a v4 pool with the chain's own currency (detail 0), a
    /// fee its hooks set (the fee) or hooks that touch swaps (the hooks); TransferFailed for a token that does not move, or of
    /// which so little arrived that a leg's share is nothing, or more than a pool can count (the token), and a pool that fails
    /// or does not take the whole leg (the pool); LegsMismatch for a head that sells `buy`, buys `sell` or buys what it sells
    /// (that token) or plans more than a pool can count (its amount), and a leg that plans nothing, or more than its head has
    /// left, of a token on the way (the plan); Unauthorized for a pool that collects twice or by another's callback (the
    /// pool). A venue that is none reverts without a reason.
    function swap(address sell, address buy, address recipient, Leg[] calldata legs) external returns (uint256 received);
}
