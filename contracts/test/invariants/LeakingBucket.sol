// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice What went in and has not leaked out: the most that any window ending at `at` took beyond its leak. Kept times the
/// period, so that nothing is rounded.
struct Bucket {
    uint256 level;
    uint256 at; // seconds, of the last pour
    uint256 capacity; // the largest since the bucket was empty
    uint256 bound; // the same times the period
}

/// @title The test's own count of what a draining meter may let through
/// @notice A bucket that leaks `capacity` a period and never holds more than `capacity` says the same as: in every window W at
/// most capacity + capacity * W / period goes in. Where the capacity changes on the way, the larger one applies.
library LeakingBucket {
    function pour(Bucket storage bucket, uint256 amount, uint256 capacity, uint256 period) internal {
        uint256 larger = capacity > bucket.capacity ? capacity : bucket.capacity;
        uint256 leaked = larger * (block.timestamp - bucket.at);
        uint256 left = bucket.level > leaked ? bucket.level - leaked : 0;
        bucket.capacity = left == 0 ? capacity : larger;
        bucket.bound = bucket.capacity * period;
        bucket.level = left + amount * period;
        bucket.at = block.timestamp;
    }

    function isOver(Bucket storage bucket) internal view returns (bool) {
        return bucket.level > bucket.bound;
    }
}
