// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Refusal, refuse} from "../Refusal.sol";

/// @title One call at a time
/// @notice The flag lives in transient storage: it is cleared by the end of the transaction at the latest.
abstract contract TransientLock {
    bool private transient locked;

    modifier lock() {
        if (locked) refuse(Refusal.Locked, 0);
        locked = true;
        _;
        locked = false;
    }
}
