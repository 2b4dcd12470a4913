// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Feed, Verdict} from "../Types.sol";

/// @title A price or the reason why there is none
interface IPriceOracle {
    /// @notice USD with 18 decimals per whole token. Never reverts: `reason` says why there is no price.
    function verdict(Feed calldata feed) external view returns (Verdict memory);
}
