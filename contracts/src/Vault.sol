// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "./Types.sol";
import {Refusal, Refused} from "./Refusal.sol";
import {IVault} from "./interfaces/IVault.sol";
import {IERC20} from "./interfaces/IERC20.sol";
import {IRouter} from "./interfaces/IRouter.sol";
import {IPriceOracle} from "./interfaces/IPriceOracle.sol";
import {Asset, AssetBook} from "./guards/AssetBook.sol";
import {Balances, BalanceDelta} from "./guards/BalanceDelta.sol";
import {BreakerResetTerms} from "./guards/BreakerResetTerms.sol";
import {Drawdown} from "./guards/Drawdown.sol";
import {ExecutorWord, ExecutorWordBits} from "./guards/ExecutorWord.sol";
import {Gate} from "./guards/Gate.sol";
import {LimitTerms, PackedLimits} from "./guards/LimitTerms.sol";
import {MandateTerms} from "./guards/MandateTerms.sol";
import {NetAssetValue, Valuation} from "./guards/NetAssetValue.sol";
import {OracleBound, Quote} from "./guards/OracleBound.sol";
import {OrderTerms} from "./guards/OrderTerms.sol";
import {Envelope, ReviewVoucher} from "./guards/ReviewVoucher.sol";
import {ReviewerSignatures} from "./guards/ReviewerSignatures.sol";
import {RoleTerms} from "./guards/RoleTerms.sol";
import {SignatureCheck} from "./guards/SignatureCheck.sol";
import {TokenMove} from "./guards/TokenMove.sol";
import {TransientLock} from "./guards/TransientLock.sol";
import {VolumeMeter} from "./guards/VolumeMeter.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

/// @title A treasury's funds, and the only door through which they trade
///
/// TRUST
/// The executor's key is assumed stolen. Whoever holds it can, until its expiry or a pause, do no more than make trades
/// that a treasurer's mandate allows, at the oracle's price less the mandate's slippage bound, within the volume meter.
/// Router, legs and pools are not trusted: what counts is what the balances say before and after.
/// The oracle is trusted to answer honestly or not at all; without an answer nothing trades.
///
/// WHO MAY DO WHAT
/// - owner: deposits, withdraws, books donations, unpauses, seals. Nothing stops a withdrawal: not a pause, a dead oracle, a
///   tripped breaker or a missing executor. Only a running `execute` does, for its own transaction.
/// - treasurer: signs mandates, closes them.
/// - guardian: only subtracts (pauses, lowers limits, voids vouchers, closes mandates); these calls never revert for it.
/// - reviewers, M of N: approve single orders above the automatic limit; re-arm a tripped breaker with a new executor.
/// - executor: executes slices of open mandates.
/// - anyone: takes a checkpoint, relays what treasurer and reviewers signed.
/// Owner, executor and every guardian are distinct; treasurer and reviewers are not the executor.
///
/// TOKENS
/// ERC-20 with 6 to 18 decimals, answering true or nothing, without a fee on transfer and without rebasing. Only booked
/// balances count; a donation waits for the owner's `book`. An asset that loses balance by itself counts with what is
/// left. No allowance is ever given.
///
/// PRICES AND ROUNDING
/// USD with 18 decimals per whole token. Rounding goes against the trade. A price that is stale, missing or malformed
/// refuses; it never trips the breaker and never stops the owner.
///
/// HIGH-WATER MARK
/// Deposits and withdrawals read no price: they are remembered as flows and make the checkpoint stale, and `execute`
/// waits for the next one. That is why only the owner deposits: anybody else could send a grain ahead of every order and
/// stop trading for good. A checkpoint compares the value without the flows to the mark, then scales the mark by them.
///
/// LIVENESS
/// `execute` reverts on every refusal, so nothing it does is half done. Only `checkpoint` latches. Zero limits forbid.
/// The lock is shared by `execute`, `deposit`, `withdraw`, `book` and `checkpoint`; pausing and tightening ignore it.
/// Packed words are written before the first external call or read again after it.
contract Vault is IVault, TransientLock {
    using AssetBook for Asset;
    using BalanceDelta for Balances;
    using LimitTerms for Limits;
    using LimitTerms for PackedLimits;
    using MandateTerms for Mandate;
    using MandateTerms for MandateProgress;
    using NetAssetValue for Valuation;
    using OracleBound for Quote;
    using ReviewVoucher for Envelope;

    uint256 private constant MOST_ASSETS = 16;
    uint256 private constant LONGEST_HEARTBEAT = 2 days;

    // --- fixed at creation ---

    address public immutable owner;
    address public immutable treasurer;
    IRouter private immutable router;
    IPriceOracle private immutable oracle;
    uint256 private immutable reviewThreshold;
    /// @dev Hash of everything but the executor and the limits.
    bytes32 private immutable rolesHash;

    mapping(address account => bool) public isGuardian;
    mapping(address account => bool) public isReviewer;
    address[] private tokens;

    // --- state ---

    Gate private gate;
    ExecutorWord private executorWord;
    VolumeMeter private volumeMeter;
    PackedLimits private packedLimits;
    uint256 private peakUsd;
    uint256 private netAssetValueUsd;
    uint256 public voucherCounter;
    mapping(uint256 nonce => bool) public voucherUsed;
    mapping(bytes32 mandateId => MandateProgress) private progressOf;
    mapping(address token => Asset) private assetOf;

    constructor(VaultConfiguration memory configuration) {
        RoleTerms.requireSane(configuration);
        configuration.limits.requireBounds();
        if (configuration.router.code.length == 0) revert Refused(Refusal.OutOfBounds, uint160(configuration.router));
        if (configuration.oracle.code.length == 0) revert Refused(Refusal.OutOfBounds, uint160(configuration.oracle));
        owner = configuration.owner;
        treasurer = configuration.treasurer;
        router = IRouter(configuration.router);
        oracle = IPriceOracle(configuration.oracle);
        reviewThreshold = configuration.reviewThreshold;
        packedLimits = configuration.limits.pack();
        executorWord = ExecutorWordBits.pack(configuration.executor, 1, configuration.executorExpiry);
        for (uint256 i = 0; i < configuration.guardians.length; i++) {
            isGuardian[configuration.guardians[i]] = true;
        }
        for (uint256 i = 0; i < configuration.reviewers.length; i++) {
            isReviewer[configuration.reviewers[i]] = true;
        }
        listAssets(configuration.assets);
        rolesHash = keccak256(
            abi.encode(
                configuration.owner,
                configuration.treasurer,
                configuration.guardians,
                configuration.reviewers,
                configuration.reviewThreshold,
                configuration.router,
                configuration.oracle,
                configuration.assets
            )
        );
    }

    function listAssets(AssetConfiguration[] memory list) private {
        if (list.length > MOST_ASSETS) revert Refused(Refusal.OutOfBounds, list.length);
        for (uint256 i = 0; i < list.length; i++) {
            address token = list[i].token;
            Feed memory feed = list[i].feed;
            Asset storage asset = assetOf[token];
            uint8 decimals = IERC20(token).decimals();
            RoleTerms.requireAddress(feed.source);
            if (asset.listed) revert Refused(Refusal.OutOfBounds, uint160(token));
            if (decimals < 6 || decimals > 18) revert Refused(Refusal.OutOfBounds, decimals);
            if (feed.heartbeat == 0 || feed.heartbeat > LONGEST_HEARTBEAT) {
                revert Refused(Refusal.OutOfBounds, feed.heartbeat);
            }
            asset.feed = feed;
            asset.decimals = decimals;
            asset.listed = true;
            tokens.push(token);
        }
    }

    // ------------------------------------------------------------------------------------------------ executor

    /// @inheritdoc IVault
    function execute(Mandate calldata mandate, Order calldata order, Leg[] calldata legs, Voucher calldata voucher)
        external
        lock
        returns (uint256 amountOut)
    {
        gate.requireOpen();
        executorWord.requireHeldBy(msg.sender);
        executorWord.requireEpoch(order.epoch);
        OrderTerms.requireDeadline(order.deadline);
        MandateProgress memory progress = progressOf[order.mandateId];
        OrderTerms.requireIndex(order.executionIndex, progress.executionCount);
        mandate.requireLive(order.mandateId, progress);
        mandate.requireSlice(order.amountIn, progress);
        mandate.requireWorstPrice(order);
        OrderTerms.requireLegs(legs, order.amountIn);
        Limits memory limits = packedLimits.unpack();
        gate.requireFreshCheckpoint(limits.maximumCheckpointAge);
        Quote memory quote = quoteOf(mandate.sell, mandate.buy);
        uint256 slippageBps = FixedPointMathLib.min(mandate.slippageBps, limits.maximumSlippageBps);
        quote.requireAbove(order.amountIn, order.minimumOut, slippageBps);
        uint256 valueUsd = quote.valueUsd(order.amountIn);
        VolumeMeter charged = volumeMeter.charged(valueUsd, limits.volumeCapacityUsd, limits.volumeRateUsd);
        bool reviewed = valueUsd > limits.automaticLimitUsd;
        if (reviewed) requireReviewed(mandate, order, voucher, limits);

        // Everything is written before anything outside is called.
        if (reviewed) voucherUsed[voucher.nonce] = true;
        volumeMeter = charged;
        progressOf[order.mandateId] = progress.advanced(order.amountIn);

        Fill memory fill = trade(mandate.sell, mandate.buy, order.amountIn, legs);
        if (fill.spent > order.amountIn) revert Refused(Refusal.Overspent, fill.spent);
        if (fill.received < order.minimumOut) revert Refused(Refusal.OutputTooLow, fill.received);
        // Follows from the checks above; stands here because the outcome is what is promised.
        quote.requireAbove(fill.spent, fill.received, slippageBps);
        settle(mandate, fill);
        emitExecuted(order, quote, fill, reviewed);
        return fill.received;
    }

    /// @dev Measured amounts of a trade, in base units.
    struct Fill {
        uint256 spent;
        uint256 received;
    }

    /// @dev Sends exactly the input to the router and measures what left and what came.
    function trade(address sell, address buy, uint256 amountIn, Leg[] calldata legs)
        private
        returns (Fill memory fill)
    {
        uint256 available = assetOf[sell].available(sell);
        if (amountIn > available) revert Refused(Refusal.InsufficientBalance, available);
        Balances memory start = BalanceDelta.measure(sell, buy);
        TokenMove.push(sell, address(router), amountIn);
        router.swap(sell, buy, address(this), legs);
        (fill.spent, fill.received) = start.since(sell, buy);
    }

    function settle(Mandate calldata mandate, Fill memory fill) private {
        assetOf[mandate.sell].debit(fill.spent);
        assetOf[mandate.buy].credit(fill.received);
    }

    function emitExecuted(Order calldata order, Quote memory quote, Fill memory fill, bool reviewed) private {
        emit Executed(
            order.mandateId,
            order.executionIndex,
            msg.sender,
            fill.spent,
            fill.received,
            quote.worth(fill.spent),
            quote.priceIn,
            quote.priceOut,
            order.decisionHead,
            reviewed
        );
    }

    /// @dev Signatures are checked, by static calls, before anything is written.
    function requireReviewed(
        Mandate calldata mandate,
        Order calldata order,
        Voucher calldata voucher,
        Limits memory limits
    ) private view {
        if (voucher.signatures.length == 0) {
            revert Refused(Refusal.ReviewRequired, limits.automaticLimitUsd);
        }
        ReviewVoucher.requireUsable(voucher, order.minimumOut, voucherUsed[voucher.nonce]);
        Envelope memory envelope = Envelope({
            mandateId: order.mandateId,
            sell: mandate.sell,
            buy: mandate.buy,
            amountIn: order.amountIn,
            minimumOut: voucher.minimumOut,
            epoch: executorWord.epoch(),
            expiry: voucher.expiry,
            nonce: voucher.nonce,
            counter: voucherCounter,
            policyHash: policyHash(limits)
        });
        ReviewerSignatures.requireThreshold(isReviewer, reviewThreshold, envelope.digest(), voucher.signatures);
    }

    // ------------------------------------------------------------------------------------------------ anyone

    /// @inheritdoc IVault
    function checkpoint() external lock {
        Valuation memory value = valuation();
        Gate from = gate;
        uint256 peak = peakUsd;
        uint256 high = NetAssetValue.positive(value.beforeHigh);
        bool crossed = !from.rebasing() && Drawdown.crossed(high, peak, packedLimits.drawdownBps);
        Gate to = Drawdown.judged(from, crossed);
        uint256 next = from.rebasing()
            ? value.afterLow
            : Drawdown.peakAfter(peak, NetAssetValue.positive(value.beforeLow), value.afterLow);
        gate = to.withCheckpoint(block.timestamp);
        peakUsd = next;
        netAssetValueUsd = value.afterLow;
        if (to.suspended() && to.suspendedAt() != from.suspendedAt()) emit Suspended(high, peak);
        if (!from.tripped() && to.tripped()) emit Tripped(to.incident(), high, peak);
        if (from.suspended() && !crossed) emit Resumed(high, peak);
        emit Checkpointed(msg.sender, value.afterLow, value.afterHigh, next);
    }

    /// @dev Prices every asset that holds or moved anything, and forgets the flows.
    function valuation() private returns (Valuation memory sum) {
        for (uint256 i = 0; i < tokens.length; i++) {
            address token = tokens[i];
            Asset storage asset = assetOf[token];
            uint256 amount = asset.available(token);
            int256 flow = asset.flow;
            if (amount == 0 && flow == 0) continue;
            sum.add(priceOf(token, asset), amount, flow, 10 ** asset.decimals);
            asset.flow = 0;
        }
    }

    /// @inheritdoc IVault
    function openMandate(Mandate calldata mandate, bytes calldata signature) external returns (bytes32 mandateId) {
        mandateId = mandate.id();
        MandateProgress memory progress = progressOf[mandateId];
        progress.requireUnused();
        assetOf[mandate.sell].requireListed(mandate.sell);
        assetOf[mandate.buy].requireListed(mandate.buy);
        mandate.requireSane(packedLimits.maximumSlippageBps);
        SignatureCheck.requireBy(treasurer, mandateId, signature);
        progressOf[mandateId].open = true;
        emit MandateOpened(mandateId, treasurer, mandate);
    }

    /// @inheritdoc IVault
    function resetBreaker(BreakerReset calldata reset, ReviewerSignature[] calldata signatures) external {
        Gate from = gate;
        ExecutorWord old = executorWord;
        from.requireIncident(reset.incident);
        BreakerResetTerms.requireDeadline(reset.deadline);
        RoleTerms.requireExecutor(reset.newExecutor, reset.executorExpiry);
        requireRoleless(reset.newExecutor, old.key());
        bytes32 digest = BreakerResetTerms.digest(reset, policyHash(packedLimits.unpack()));
        ReviewerSignatures.requireThreshold(isReviewer, reviewThreshold, digest, signatures);
        uint32 epoch = old.epoch() + 1;
        executorWord = ExecutorWordBits.pack(reset.newExecutor, epoch, reset.executorExpiry);
        gate = from.withReset();
        emit BreakerWasReset(reset.incident, reset.newExecutor, reset.executorExpiry, epoch);
    }

    /// @dev A new executor holds no other role, and is not the key that tripped.
    function requireRoleless(address account, address oldExecutor) private view {
        if (
            account == owner || account == treasurer || account == oldExecutor || isGuardian[account]
                || isReviewer[account]
        ) revert Refused(Refusal.RoleConflict, uint160(account));
    }

    // ------------------------------------------------------------------------------------------------ guardian, owner

    /// @inheritdoc IVault
    function pause() external {
        if (!isGuardian[msg.sender]) requireOwner();
        gate = gate.withPause();
        emit Paused(msg.sender);
    }

    /// @inheritdoc IVault
    function lowerLimits(Limits calldata limits) external {
        if (!isGuardian[msg.sender]) requireOwner();
        Limits memory lowered = packedLimits.unpack().lowered(limits);
        packedLimits = lowered.pack();
        emit LimitsLowered(msg.sender, lowered);
    }

    /// @inheritdoc IVault
    function voidVouchers() external {
        if (!isGuardian[msg.sender]) requireOwner();
        voucherCounter++;
        emit VouchersVoided(msg.sender, voucherCounter);
    }

    /// @inheritdoc IVault
    /// @notice Also closes a mandate that was signed and not opened yet.
    function closeMandate(bytes32 mandateId) external {
        if (!isGuardian[msg.sender] && msg.sender != treasurer) requireOwner();
        progressOf[mandateId].open = false;
        progressOf[mandateId].closed = true;
        emit MandateClosed(mandateId, msg.sender);
    }

    // ------------------------------------------------------------------------------------------------ owner

    /// @inheritdoc IVault
    function deposit(address token, uint256 amount) external lock {
        requireOwner();
        Asset storage asset = assetOf[token];
        asset.requireListed(token);
        if (amount == 0) revert Refused(Refusal.OutOfBounds, 0);
        asset.flowIn(amount);
        gate = gate.withFlow();
        uint256 start = TokenMove.balanceOf(token, address(this));
        TokenMove.pull(token, msg.sender, address(this), amount);
        uint256 end = TokenMove.balanceOf(token, address(this));
        // A token that keeps a part on the way would make the books lie.
        if (end < start || end - start != amount) revert Refused(Refusal.TransferFailed, uint160(token));
        emit Deposited(msg.sender, token, amount);
    }

    /// @inheritdoc IVault
    function withdraw(address token, uint256 amount, address to) external lock {
        requireOwner();
        RoleTerms.requireAddress(to);
        Asset storage asset = assetOf[token];
        if (asset.listed) {
            asset.flowOut(amount);
            gate = gate.withFlow();
        }
        TokenMove.push(token, to, amount);
        emit Withdrawn(to, token, amount);
    }

    /// @inheritdoc IVault
    function book(address token) external lock {
        requireOwner();
        if (!gate.isSealed()) revert Refused(Refusal.NotSealed, 0);
        Asset storage asset = assetOf[token];
        asset.requireListed(token);
        uint256 balance = TokenMove.balanceOf(token, address(this));
        uint256 amount = balance > asset.booked ? balance - asset.booked : 0;
        asset.flowIn(amount);
        gate = gate.withFlow();
        emit Booked(token, amount);
    }

    /// @inheritdoc IVault
    function unpause() external {
        requireOwner();
        gate = gate.withoutPause();
        emit Unpaused(msg.sender);
    }

    /// @inheritdoc IVault
    function seal() external {
        requireOwner();
        if (gate.isSealed()) revert Refused(Refusal.AlreadySealed, 0);
        gate = gate.withSeal();
        emit Sealed(msg.sender);
    }

    function requireOwner() private view {
        if (msg.sender != owner) revert Refused(Refusal.Unauthorized, uint160(msg.sender));
    }

    // ------------------------------------------------------------------------------------------------ prices

    /// @dev The price of a listed asset; without one, the reason is the refusal.
    function priceOf(address token, Asset storage asset) private view returns (Verdict memory verdict) {
        verdict = oracle.verdict(asset.feed);
        if (verdict.reason != Refusal.None) revert Refused(verdict.reason, uint160(token));
    }

    function quoteOf(address sell, address buy) private view returns (Quote memory quote) {
        Asset storage sold = assetOf[sell];
        Asset storage bought = assetOf[buy];
        sold.requireListed(sell);
        bought.requireListed(buy);
        quote.priceIn = priceOf(sell, sold).high;
        quote.priceOut = priceOf(buy, bought).low;
        quote.unitIn = 10 ** sold.decimals;
        quote.unitOut = 10 ** bought.decimals;
    }

    // ------------------------------------------------------------------------------------------------ views

    /// @dev What vouchers and resets are bound to: roles, assets and limits.
    function policyHash(Limits memory limits) private view returns (bytes32) {
        return keccak256(abi.encode(rolesHash, limits));
    }

    /// @inheritdoc IVault
    function state() external view returns (VaultState memory answer) {
        Gate word = gate;
        ExecutorWord executor = executorWord;
        Limits memory limits = packedLimits.unpack();
        answer.paused = word.paused();
        answer.suspended = word.suspended();
        answer.tripped = word.tripped();
        answer.isSealed = word.isSealed();
        answer.incident = word.incident();
        answer.epoch = executor.epoch();
        answer.executor = executor.key();
        answer.executorExpiry = executor.expiry();
        answer.checkpointAt = word.checkpointAt();
        answer.checkpointFresh = word.checkpointFresh(limits.maximumCheckpointAge);
        answer.suspendedAt = word.suspendedAt();
        answer.peakUsd = peakUsd;
        answer.netAssetValueUsd = netAssetValueUsd;
        answer.volumeUsedUsd = volumeMeter.used(limits.volumeRateUsd);
        answer.limits = limits;
        answer.reviewThreshold = uint8(reviewThreshold);
        answer.policyHash = policyHash(limits);
    }

    /// @inheritdoc IVault
    function assets() external view returns (AssetState[] memory list) {
        list = new AssetState[](tokens.length);
        for (uint256 i = 0; i < list.length; i++) {
            address token = tokens[i];
            Asset storage asset = assetOf[token];
            list[i].token = token;
            list[i].decimals = asset.decimals;
            list[i].booked = asset.booked;
            (bool answered, uint256 balance) = TokenMove.tryBalanceOf(token, address(this));
            list[i].balance = balance;
            // A token that is out of order refuses for itself and leaves the others readable.
            if (answered) list[i].verdict = oracle.verdict(asset.feed);
            else list[i].verdict.reason = Refusal.TransferFailed;
        }
    }

    /// @inheritdoc IVault
    function mandateProgress(bytes32 mandateId) external view returns (MandateProgress memory) {
        return progressOf[mandateId];
    }

    /// @inheritdoc IVault
    function mandateDigest(Mandate calldata mandate) external view returns (bytes32) {
        return mandate.id();
    }
}
