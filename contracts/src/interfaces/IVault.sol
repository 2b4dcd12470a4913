// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../Types.sol";

/// @title The vault's doors, by caller
interface IVault {
    event MandateOpened(bytes32 indexed mandateId, address indexed treasurer, Mandate mandate);
    event MandateClosed(bytes32 indexed mandateId, address indexed by);
    event Executed(
        bytes32 indexed mandateId,
        uint32 indexed executionIndex,
        address indexed executor,
        uint256 amountIn, // measured
        uint256 amountOut, // measured
        uint256 oracleOut, // what the oracle says amountIn is worth, in the bought token
        uint256 priceInUsd,
        uint256 priceOutUsd,
        bytes32 decisionHead,
        bool reviewed
    );
    event Checkpointed(address indexed by, uint256 netAssetValueLowUsd, uint256 netAssetValueHighUsd, uint256 peakUsd);
    event Suspended(uint256 netAssetValueUsd, uint256 peakUsd);
    event Resumed(uint256 netAssetValueUsd, uint256 peakUsd);
    event Tripped(uint32 indexed incident, uint256 netAssetValueUsd, uint256 peakUsd);
    event BreakerWasReset(uint32 indexed incident, address newExecutor, uint64 executorExpiry, uint32 epoch);
    event Paused(address indexed by);
    event Unpaused(address indexed by);
    event Sealed(address indexed by);
    event VouchersVoided(address indexed by, uint256 counter);
    event LimitsLowered(address indexed by, Limits limits);
    event Booked(address indexed token, uint256 amount);
    event Deposited(address indexed from, address indexed token, uint256 amount);
    event Withdrawn(address indexed to, address indexed token, uint256 amount);

    // --- executor ---
    /// @notice One slice of a mandate; reverts with `Refused` on every refusal. Returns the measured output.
    function execute(Mandate calldata mandate, Order calldata order, Leg[] calldata legs, Voucher calldata voucher)
        external
        returns (uint256 amountOut);

    // --- anyone ---
    /// @notice Prices all assets, moves the high-water mark, suspends or trips on a drawdown.
    function checkpoint() external;
    /// @notice Opens a mandate that the treasurer signed (ECDSA or EIP-1271). Returns its id.
    function openMandate(Mandate calldata mandate, bytes calldata signature) external returns (bytes32 mandateId);
    /// @notice Re-arms a tripped breaker: M of N reviewers over EIP-712 `BreakerReset`.
    function resetBreaker(BreakerReset calldata reset, ReviewerSignature[] calldata signatures) external;

    // --- guardian (and owner) ---
    function pause() external;
    /// @notice Sets each limit to the smaller of old and new; repeats are no-ops.
    function lowerLimits(Limits calldata limits) external;
    function voidVouchers() external;
    /// @notice Closes a mandate for good: treasurer, owner or guardian.
    function closeMandate(bytes32 mandateId) external;

    // --- owner ---
    /// @notice Pulls `amount` from the owner. What anybody else sends is a donation and waits for `book`.
    function deposit(address token, uint256 amount) external;
    function withdraw(address token, uint256 amount, address to) external;
    function book(address token) external;
    function unpause() external;
    /// @notice Ends configuration; `execute` needs it.
    function seal() external;

    // --- views ---
    function state() external view returns (VaultState memory);
    /// @notice All assets; a token that does not tell its balance comes with 0 and the refusal `TransferFailed`.
    function assets() external view returns (AssetState[] memory);
    function mandateProgress(bytes32 mandateId) external view returns (MandateProgress memory);
    function mandateDigest(Mandate calldata mandate) external view returns (bytes32);
    function isGuardian(address account) external view returns (bool);
    function isReviewer(address account) external view returns (bool);
    function owner() external view returns (address);
    function treasurer() external view returns (address);
    function voucherUsed(uint256 nonce) external view returns (bool);
    function voucherCounter() external view returns (uint256);
}
