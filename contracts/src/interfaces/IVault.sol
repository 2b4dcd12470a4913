// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../Types.sol";
import {Asset} from "../guards/AssetBook.sol";
import {Breaker} from "../guards/Drawdown.sol";
import {Gate} from "../guards/Gate.sol";
import {LimitsWord} from "../guards/LimitTerms.sol";
import {Meter} from "../guards/DrainingMeter.sol";
import {Meters} from "../guards/Meters.sol";

/// @notice A vault's state as it is stored.
struct VaultWords {
    Gate gate;
    LimitsWord limits;
    Meters meters;
    Meter refundMeter;
    Breaker breaker;
    uint256 peakUsd; // high-water mark, USD with 18 decimals
    uint256 netAssetValueUsd; // at the last checkpoint
    bytes32 policyHash; // of the configuration and every change since
    uint8 reviewThreshold;
}

/// @title The vault's doors, by caller
interface IVault {
    // --- trading ---
    event MandateOpened(bytes32 indexed mandateId, address indexed treasurer, Mandate mandate);
    event MandateClosed(bytes32 indexed mandateId, address indexed by);
    event MandateLatched(bytes32 indexed mandateId, uint256 poorFills);
    event MandateEnabled(bytes32 indexed mandateId, address indexed by);
    event Executed(
        bytes32 indexed mandateId,
        uint32 indexed executionIndex,
        address indexed executor,
        uint256 amountIn, // measured
        uint256 amountOut, // measured
        uint256 oracleOut, // what the oracle says amountIn is worth, in the bought token
        uint256 priceInUsd,
        uint256 priceOutUsd,
        uint256 lossUsd, // charged to the loss meter
        bytes32 decisionHead,
        bytes32 modelId,
        bool reviewed
    );
    event GasRefunded(address indexed executor, uint256 amountWei, uint256 valueUsd);
    // --- breaker ---
    event Checkpointed(address indexed by, uint256 netAssetValueLowUsd, uint256 netAssetValueHighUsd, uint256 peakUsd);
    event Suspended(uint256 netAssetValueUsd, uint256 peakUsd);
    event Resumed(uint256 netAssetValueUsd, uint256 peakUsd);
    event Tripped(uint32 indexed incident, uint256 netAssetValueUsd, uint256 peakUsd);
    event BreakerWasReset(uint32 indexed incident, address newExecutor, uint64 executorExpiry, uint32 epoch);
    event Paused(address indexed by);
    event Unpaused(address indexed by);
    // --- tightening ---
    event VouchersVoided(address indexed by, uint256 counter);
    event LimitsLowered(address indexed by, Limits limits);
    event AssetQuarantined(address indexed by, address indexed token, uint256 peakUsd);
    event ModelRetired(address indexed by, bytes32 indexed modelId);
    event ExecutorDropped(address indexed by, address executor);
    event DelayRaised(address indexed by, bytes4 indexed selector, uint256 delay);
    event ChangeRevoked(address indexed by, bytes data);
    // --- loosening ---
    event ChangeSubmitted(address indexed by, bytes4 indexed selector, bytes data, uint256 ripeAt);
    event LimitsRaised(address indexed by, Limits limits);
    event ExecutorSet(address indexed by, address executor, uint64 expiry);
    event TreasurerSet(address indexed by, address treasurer, uint8 treasurerEpoch);
    event GuardianSet(address indexed by, address indexed account, bool held);
    event ReviewerSet(address indexed by, address indexed account, bool held, uint256 threshold);
    event SentinelSet(address indexed by, address sentinel);
    event ModelAllowed(address indexed by, bytes32 indexed modelId);
    event AssetListed(address indexed by, address indexed token, PriceSource source);
    event DelayLowered(address indexed by, bytes4 indexed selector, uint256 delay);
    // --- owner ---
    event Sealed(address indexed by);
    event OwnerProposed(address indexed by, address proposed);
    event OwnerChanged(address indexed from, address indexed to);
    event Booked(address indexed token, uint256 amount);
    event Deposited(address indexed from, address indexed token, uint256 amount);
    event Withdrawn(address indexed to, address indexed token, uint256 amount);

    // ---------------------------------------------------------------------------------------------- executor
    /// @notice One slice of a mandate; reverts with `Refused` on every refusal. Returns the measured output.
    /// `sentinelSignature` is empty where no sentinel is set.
    function execute(
        Mandate calldata mandate,
        Order calldata order,
        Leg[] calldata legs,
        Voucher calldata voucher,
        bytes calldata sentinelSignature
    ) external returns (uint256 amountOut);

    // ---------------------------------------------------------------------------------------------- anyone
    /// @notice Prices all assets, moves the high-water mark, samples volatility, suspends or trips on a drawdown.
    /// `hints` holds where each asset's TWAP observation is, in the order of the list; a missing one counts as 0.
    function checkpoint(uint16[] calldata hints) external;
    /// @notice As `checkpoint`, and refuses unless the vault's value has fallen past the drawdown limit.
    function trip(uint16[] calldata hints) external;
    /// @notice Opens a mandate that the treasurer signed (ECDSA or EIP-1271). Returns its id.
    function openMandate(Mandate calldata mandate, bytes calldata signature) external returns (bytes32 mandateId);
    /// @notice Re-arms a tripped breaker: M of N reviewers over EIP-712 `BreakerReset`.
    function resetBreaker(BreakerReset calldata reset, ReviewerSignature[] calldata signatures) external;
    /// @notice Fills the tank that gas refunds are paid from.
    receive() external payable;

    // ---------------------------------------------------------------------------------------------- guardian or owner
    // Tightening is immediate, and never reverts for who holds the role.
    function pause() external;
    /// @notice Sets each limit to the smaller of old and new; repeats are no-ops.
    function lowerLimits(Limits calldata limits) external;
    function voidVouchers() external;
    /// @notice Closes a mandate for good, also one that was signed and not opened yet. The treasurer may, too.
    function closeMandate(bytes32 mandateId) external;
    /// @notice Takes an asset out of trading and out of the vault's value; relisting waits.
    function quarantine(address token) external;
    function retireModel(bytes32 modelId) external;
    /// @notice Leaves the vault without an executor.
    function dropExecutor() external;
    /// @notice Takes a submitted change back. Changes of guardians and reviewers are the owner's alone to take back.
    function revoke(bytes calldata data) external;

    // ---------------------------------------------------------------------------------------------- treasurer
    /// @notice Lets a mandate trade again that latched, or that an earlier treasurer signed.
    function enableMandate(bytes32 mandateId) external;

    // ---------------------------------------------------------------------------------------------- owner
    /// @notice Pulls `amount` from the owner. What anybody else sends is a donation and waits for `book`.
    function deposit(address token, uint256 amount) external;
    /// @notice `token` zero: the native currency of the refund tank.
    function withdraw(address token, uint256 amount, address to) external;
    function book(address token) external;
    function unpause() external;
    /// @notice Once; from then on changes wait, and `execute` and `book` work.
    function seal() external;
    /// @notice First step; zero takes a proposal back.
    function proposeOwner(address proposed) external;
    /// @notice Second step, by who was proposed.
    function acceptOwner() external;
    /// @notice Announces a loosening: the calldata of one of the functions below. It is ripe after the selector's delay,
    /// for fourteen days, within this epoch.
    function submit(bytes calldata data) external;
    /// @notice Lengthens the delay of one of the functions below, at once and at most to thirty days.
    function raiseDelay(bytes4 selector, uint256 delay) external;

    // ---------------------------------------------------------------------------------------------- owner, after a delay
    /// @notice Sets each limit to the larger of old and new.
    function raiseLimits(Limits calldata limits) external;
    function setExecutor(address executor, uint64 expiry) external;
    /// @notice Latches all mandates of the treasurer before.
    function setTreasurer(address treasurer) external;
    function setGuardian(address account, bool held) external;
    function setReviewer(address account, bool held, uint8 threshold) external;
    /// @notice Zero: no co-signature is needed.
    function setSentinel(address sentinel) external;
    function allowModel(bytes32 modelId) external;
    /// @notice Lists an asset, relists a quarantined one, or changes where a listed one's price comes from.
    function listAsset(AssetConfiguration calldata asset) external;
    /// @notice Waits for as long as the delay that it shortens.
    function lowerDelay(bytes4 selector, uint256 delay) external;

    // ---------------------------------------------------------------------------------------------- views
    /// @notice The state as it is stored; the Lens makes it readable.
    function words() external view returns (VaultWords memory);
    function mandateProgress(bytes32 mandateId) external view returns (MandateProgress memory);
    /// @notice What a standing mandate has used of its refill.
    function refillOf(bytes32 mandateId) external view returns (Meter);
    function mandateDigest(Mandate calldata mandate) external view returns (bytes32);
    function owner() external view returns (address);
    function pendingOwner() external view returns (address);
    function treasurer() external view returns (address);
    function sentinel() external view returns (address);
    function router() external view returns (address);
    function oracle() external view returns (address);
    function approvals() external view returns (address);
    function wrappedNative() external view returns (address);
    function dailyLossUsd() external view returns (uint256);
    function isGuardian(address account) external view returns (bool);
    function isReviewer(address account) external view returns (bool);
    function isModelActive(bytes32 modelId) external view returns (bool);
    function voucherUsed(uint256 nonce) external view returns (bool);
    function voucherCounter() external view returns (uint256);
    /// @notice Seconds a change of this kind waits, once sealed.
    function delayOf(bytes4 selector) external view returns (uint256);
    /// @notice When a submitted change is ripe; 0: not submitted in this epoch.
    function ripeAt(bytes calldata data) external view returns (uint256);
    /// @notice All assets that were ever listed; an asset's index is its place here.
    function tokens() external view returns (address[] memory);
    /// @notice What the vault keeps about one asset.
    function assetOf(address token) external view returns (Asset memory);
}
