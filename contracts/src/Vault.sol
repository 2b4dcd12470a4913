// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "./Types.sol";
import {Refusal, refuse} from "./Refusal.sol";
import {IApprovals} from "./interfaces/IApprovals.sol";
import {IVault, VaultWords} from "./interfaces/IVault.sol";
import {IPriceOracle, PriceQuery} from "./interfaces/IPriceOracle.sol";
import {Asset, AssetBook, Book} from "./guards/AssetBook.sol";
import {AssetListing} from "./guards/AssetListing.sol";
import {Balances, BalanceDelta} from "./guards/BalanceDelta.sol";
import {BreakerResetTerms} from "./guards/BreakerResetTerms.sol";
import {DrainingMeter, Meter} from "./guards/DrainingMeter.sol";
import {Breaker, Drawdown} from "./guards/Drawdown.sol";
import {FeedWord} from "./guards/FeedWord.sol";
import {GasRefund} from "./guards/GasRefund.sol";
import {Gate} from "./guards/Gate.sol";
import {LimitTerms, LimitsWord} from "./guards/LimitTerms.sol";
import {MandateTerms} from "./guards/MandateTerms.sol";
import {Meters} from "./guards/Meters.sol";
import {NetAssetValue, Valuation} from "./guards/NetAssetValue.sol";
import {OracleBound, Quote} from "./guards/OracleBound.sol";
import {OracleCall} from "./guards/OracleCall.sol";
import {OrderTerms} from "./guards/OrderTerms.sol";
import {RoleTerms, Roles} from "./guards/RoleTerms.sol";
import {Changes, Timelock} from "./guards/Timelock.sol";
import {RouterCall} from "./guards/RouterCall.sol";
import {TokenMove} from "./guards/TokenMove.sol";
import {TransientLock} from "./guards/TransientLock.sol";
import {TypedData} from "./guards/TypedData.sol";
import {TwapWord} from "./guards/TwapWord.sol";
import {VolatilityEstimate, VolatilityWord} from "./guards/VolatilityWord.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

/// @title A treasury's funds, and the only door through which they trade
///
/// TRUST
/// The executor's key is assumed stolen. Whoever holds it can, until its expiry, a pause or a trip, do no more than make
/// trades that a treasurer's mandate allows, at the oracle's price less the slippage bound, within the volume and the loss
/// meter. Router, legs, pools and the tokens between pools are not trusted: what counts is what the balances of the two
/// tokens of the order say before and after. The oracle is trusted to answer honestly or not at all; without an answer nothing
/// trades. `THREAT_MODEL.md` has the numbers.
///
/// WHO MAY DO WHAT
/// - owner: deposits, withdraws, books donations, unpauses, seals, hands over in two steps, and loosens after a delay. Nothing
///   stops a withdrawal: not a pause, a dead oracle, a tripped breaker or a missing executor. Only a running `execute` does,
///   for its own transaction.
/// - treasurer: signs mandates, closes them, enables latched ones.
/// - guardian: only subtracts (pauses, lowers limits, quarantines assets, retires models, drops the executor, voids vouchers,
///   closes mandates, revokes submitted changes); these calls never revert for it. It cannot revoke changes of people.
/// - reviewers, M of N: approve single orders above the automatic limit; re-arm a tripped breaker with a new executor.
/// - sentinel, if there is one: co-signs every order.
/// - executor: executes slices of open mandates.
/// - anyone: takes a checkpoint, trips on a drawdown, relays what treasurer and reviewers signed, fills the refund tank.
/// The executor holds no other role. Owner and guardians are distinct, and the sentinel is no reviewer.
///
/// LIMITS
/// A zero limit forbids: what it limits, so that a loss capacity of zero still lets trades pass that lose nothing. Lowering is immediate and sets the smaller of old and new. Raising waits: its calldata is submitted,
/// ripens for the function's delay (a day or more once sealed), can be revoked, expires after a fortnight, and dies with the
/// epoch. Constants bound what can be set at all, and `dailyLossUsd`, fixed at creation, what any one setting lets be
/// lost in a day; across a change, the larger value of each limit applies.
///
/// LOSS
/// What a trade loses against the oracle is charged to a meter that drains its capacity in a day, as is its volume to another.
/// In every window W of seconds, with B and C the capacities and T a day:
///   loss(W) <= B * (1 + W / T) + e * C * (1 + W / T)
/// where e is the worst error of the prices of a pair that the oracle still accepts. Gains never credit.
///
/// TOKENS
/// ERC-20 with 6 to 18 decimals, answering true or nothing, without a fee on transfer and without rebasing. Only booked
/// balances count; a donation waits for the owner's `book`. An asset that loses balance by itself counts with what is
/// left. No allowance is ever given.
///
/// PRICES AND ROUNDING
/// USD with 18 decimals per whole token. Rounding goes against the trade. A price that is stale, missing, malformed or in
/// dispute between its sources refuses; it never trips the breaker and never stops the owner. A dead source stops its asset
/// and, until a guardian quarantines that, the checkpoint.
///
/// HIGH-WATER MARK
/// Deposits and withdrawals read no price: they are remembered as flows and make the checkpoint stale, and `execute`
/// waits for the next one. That is why only the owner deposits: anybody else could send a grain ahead of every order and
/// stop trading for good. A checkpoint compares the value without the flows to the mark, then scales the mark by them.
///
/// LIVENESS
/// `execute` reverts on every refusal, so nothing it does is half done. Only `checkpoint` and `trip` latch the breaker.
/// The lock is shared by `execute`, `deposit`, `withdraw`, `book`, `checkpoint` and `trip`; pausing and tightening ignore it.
/// Packed words are written before the first external call that could write, or read again after it.
contract Vault is IVault, TransientLock {
    using AssetBook for Book;
    using BalanceDelta for Balances;
    using MandateTerms for Mandate;
    using MandateTerms for MandateProgress;
    using NetAssetValue for Valuation;
    using OracleBound for Quote;
    using RoleTerms for Roles;
    using Timelock for Changes;

    // --- fixed at creation ---

    address public immutable router;
    address public immutable oracle;
    address public immutable approvals;
    address public immutable wrappedNative;
    uint256 public immutable dailyLossUsd;

    // --- state ---

    Gate private gate;
    LimitsWord private limitsWord;
    Meters private meters;
    Meter private refundMeter;
    Breaker private breaker;
    uint256 private peakUsd;
    uint256 private netAssetValueUsd;
    /// @dev Hash of the configuration and of every change of it.
    bytes32 private policyHash;
    uint256 public voucherCounter;
    mapping(uint256 nonce => bool) public voucherUsed;
    mapping(bytes32 modelId => bool) public isModelActive;
    mapping(bytes32 mandateId => MandateProgress) private progressOf;
    mapping(bytes32 mandateId => Meter) public refillOf;
    mapping(address token => Asset) private assets;
    address[] private tokenList;
    Roles private roles;
    Changes private changes;

    constructor(VaultConfiguration memory configuration) {
        AssetListing.requireContract(configuration.router);
        AssetListing.requireContract(configuration.oracle);
        AssetListing.requireContract(configuration.approvals);
        AssetListing.requireContract(configuration.wrappedNative);
        router = configuration.router;
        oracle = configuration.oracle;
        approvals = configuration.approvals;
        wrappedNative = configuration.wrappedNative;
        dailyLossUsd = configuration.dailyLossUsd;
        policyHash = keccak256(abi.encode(configuration));
        limitsWord = LimitTerms.pack(configuration.limits);
        assignRoles(configuration);
        for (uint256 i = 0; i < configuration.models.length; i++) {
            isModelActive[configuration.models[i]] = true;
        }
        for (uint256 i = 0; i < configuration.assets.length; i++) {
            if (assets[configuration.assets[i].token].book.listing != Listing.Unlisted) {
                refuse(Refusal.OutOfBounds, uint160(configuration.assets[i].token));
            }
            AssetListing.list(assets, tokenList, IPriceOracle(configuration.oracle), configuration.assets[i]);
        }
        requirePromise(limitsWord, configuration.dailyLossUsd);
    }

    function assignRoles(VaultConfiguration memory configuration) private {
        address executor = configuration.executor;
        roles.setOwner(configuration.owner, executor);
        roles.setTreasurer(configuration.treasurer, executor);
        for (uint256 i = 0; i < configuration.guardians.length; i++) {
            if (roles.isGuardian[configuration.guardians[i]]) {
                refuse(Refusal.RoleConflict, uint160(configuration.guardians[i]));
            }
            roles.setGuardian(configuration.guardians[i], true, executor);
        }
        for (uint256 i = 0; i < configuration.reviewers.length; i++) {
            if (roles.isReviewer[configuration.reviewers[i]]) {
                refuse(Refusal.RoleConflict, uint160(configuration.reviewers[i]));
            }
            roles.setReviewer(configuration.reviewers[i], true, 1, executor);
        }
        roles.setThreshold(configuration.reviewThreshold);
        roles.setSentinel(configuration.sentinel, executor);
        roles.requireExecutor(executor, configuration.executorExpiry);
        gate = Gate.wrap(1 << 192).withExecutor(executor, configuration.executorExpiry)
            .withSentinel(configuration.sentinel != address(0));
    }

    // ------------------------------------------------------------------------------------------------ executor

    /// @inheritdoc IVault
    function execute(
        Mandate calldata mandate,
        Order calldata order,
        Leg[] calldata legs,
        Voucher calldata voucher,
        bytes calldata
    ) external lock returns (uint256) {
        uint256 gasAtStart = gasleft();
        MandateProgress memory progress = progressOf[order.mandateId];
        requireDue(mandate, order, legs, progress);
        if (!isModelActive[order.modelId]) refuse(Refusal.ModelInactive, uint256(order.modelId));
        LimitsWord limits = limitsWord;
        Quote memory quote = quoteOf(mandate, order);
        Fill memory fill;
        uint256 slippageBps = FixedPointMathLib.min(mandate.slippageBps, limits.maximumSlippageBps());
        fill.worth = quote.worth(order.amountIn);
        OracleBound.requireAbove(fill.worth, order.minimumOut, slippageBps);
        fill.valueUsd = quote.valueUsd(order.amountIn);
        quote.requireWithinCap(fill.valueUsd, limits.sizeCapUsd());
        fill.reviewed = fill.valueUsd > limits.automaticLimitUsd();
        if (fill.reviewed) requireApproval(IApprovals.requireReviewed.selector);
        if (gate.sentinelRequired()) requireApproval(IApprovals.requireCoSigned.selector);

        // Everything is written before anything outside can write back.
        if (fill.reviewed) voucherUsed[voucher.nonce] = true;
        advance(mandate, order, progress);

        trade(mandate, order, legs, fill);
        settle(mandate, order, quote, limits, fill);
        if (limits.refundCapacityUsd() != 0) refund(gasAtStart, fill.valueUsd, limits);
        return fill.received;
    }

    /// @dev The gate is open, the key is right, and this slice of this mandate is due.
    function requireDue(
        Mandate calldata mandate,
        Order calldata order,
        Leg[] calldata legs,
        MandateProgress memory progress
    ) private view {
        Gate word = gate;
        word.requireOpen();
        word.requireHeldBy(msg.sender);
        word.requireEpoch(order.epoch);
        OrderTerms.requireDeadline(order.deadline);
        OrderTerms.requireIndex(order.executionIndex, progress.executionCount);
        mandate.requireLive(order.mandateId, progress, word.treasurerEpoch());
        mandate.requireSlice(order.amountIn, progress);
        mandate.requireWorstPrice(order);
        OrderTerms.requireLegs(legs, mandate.sell, order.amountIn);
        word.requireFreshCheckpoint(limitsWord.maximumCheckpointAge());
    }

    function advance(Mandate calldata mandate, Order calldata order, MandateProgress memory progress) private {
        progressOf[order.mandateId] = progress.advanced(order.amountIn);
        if (mandate.refillPeriod == 0) return;
        refillOf[order.mandateId] = mandate.requireRefill(refillOf[order.mandateId], order.amountIn);
    }

    /// @dev What an order is worth and what came of it.
    struct Fill {
        uint256 valueUsd; // of the input
        uint256 worth; // of the input, in base units of what is bought
        uint256 received; // measured, base units
        uint256 lossUsd;
        bool reviewed;
    }

    /// @dev Sends exactly the input to the router and measures what left and what came.
    function trade(Mandate calldata mandate, Order calldata order, Leg[] calldata legs, Fill memory fill) private {
        (address sell, address buy) = (mandate.sell, mandate.buy);
        Balances memory start = BalanceDelta.measure(sell, buy);
        uint256 available = FixedPointMathLib.min(start.sell, assets[sell].book.booked);
        if (order.amountIn > available) refuse(Refusal.InsufficientBalance, available);
        TokenMove.push(sell, router, order.amountIn);
        uint256 routed = RouterCall.swap(router, sell, buy, legs);
        (uint256 spent, uint256 received) = start.since(sell, buy);
        if (spent > order.amountIn) refuse(Refusal.Overspent, spent);
        // What came in beside the trade, by a claim or a stream that anybody may trigger, is a donation.
        fill.received = FixedPointMathLib.min(received, routed);
    }

    /// @dev Holds the outcome against the order, charges both meters and writes the books. At most the order's input left and at
    /// least its minimum came, both measured; that this minimum is within the bound for that input was checked before.
    function settle(
        Mandate calldata mandate,
        Order calldata order,
        Quote memory quote,
        LimitsWord limits,
        Fill memory fill
    ) private {
        if (fill.received < order.minimumOut) refuse(Refusal.OutputTooLow, fill.received);
        fill.lossUsd = quote.lossUsd(fill.valueUsd, fill.received);
        meters = meters.charged(fill.valueUsd, fill.lossUsd, limits.volumeCapacityUsd(), limits.lossCapacityUsd());
        noteFill(mandate, order.mandateId, fill);
        assets[mandate.sell].book.debit(order.amountIn);
        assets[mandate.buy].book.credit(fill.received);
        emitExecuted(order, quote, fill);
    }

    /// @dev Counts poor fills in a row. The progress is read again: a guardian may have closed the mandate meanwhile.
    function noteFill(Mandate calldata mandate, bytes32 mandateId, Fill memory fill) private {
        MandateProgress storage progress = progressOf[mandateId];
        uint8 poorFills = progress.poorFills;
        if (!mandate.isPoor(fill.received, fill.worth)) {
            if (poorFills != 0) progress.poorFills = 0;
            return;
        }
        progress.poorFills = ++poorFills;
        if (poorFills < mandate.maximumPoorFills) return;
        progress.latched = true;
        emit MandateLatched(mandateId, poorFills);
    }

    function emitExecuted(Order calldata order, Quote memory quote, Fill memory fill) private {
        emit Executed(
            order.mandateId,
            order.executionIndex,
            msg.sender,
            order.amountIn,
            fill.received,
            fill.worth,
            quote.priceIn,
            quote.priceOut,
            fill.lossUsd,
            order.decisionHead,
            order.modelId,
            fill.reviewed
        );
    }

    /// @dev Paid last and under the lock. An empty tank, an unknown price or a full meter skips it, and never undoes a trade.
    function refund(uint256 gasAtStart, uint256 tradeUsd, LimitsWord limits) private {
        uint256 capacityUsd = limits.refundCapacityUsd();
        uint256 lossCapacityUsd = limits.lossCapacityUsd();
        uint256 price = nativePrice();
        (uint256 amountWei, uint256 valueUsd) = GasRefund.due(gasAtStart - gasleft(), price, tradeUsd);
        if (amountWei == 0 || amountWei > address(this).balance) return;
        (bool fits, Meter next) = refundMeter.charged(valueUsd, capacityUsd, 1 days);
        if (!fits || meters.lossUsed(lossCapacityUsd) + valueUsd > lossCapacityUsd) return;
        refundMeter = next;
        meters = meters.charged(0, valueUsd, limits.volumeCapacityUsd(), lossCapacityUsd);
        if (TokenMove.tryPushNative(msg.sender, amountWei, GasRefund.RECEIVER_GAS)) {
            emit GasRefunded(msg.sender, amountWei, valueUsd);
        }
    }

    /// @dev By the feed alone: it only values a refund, which has a quota of its own. Zero: unknown.
    function nativePrice() private view returns (uint256) {
        Asset storage native = assets[wrappedNative];
        if (!native.book.isTrading()) return 0;
        PriceQuery memory query;
        query.feed = native.feed;
        return IPriceOracle(oracle).verdict(query).high;
    }

    /// @dev Passes this call's arguments on as they came, to a function that takes the same; refuses as it does.
    function requireApproval(bytes4 selector) private view {
        address asked = approvals;
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, 0, calldatasize())
            mstore(free, or(selector, and(mload(free), shr(32, not(0)))))
            if iszero(staticcall(gas(), asked, free, calldatasize(), 0, 0)) {
                returndatacopy(free, 0, returndatasize())
                revert(free, returndatasize())
            }
        }
    }

    // ------------------------------------------------------------------------------------------------ anyone

    /// @inheritdoc IVault
    function checkpoint(uint16[] calldata hints) external lock {
        takeCheckpoint(hints);
    }

    /// @inheritdoc IVault
    function trip(uint16[] calldata hints) external lock {
        if (gate.tripped()) refuse(Refusal.Tripped, breaker.incident);
        if (!takeCheckpoint(hints)) refuse(Refusal.NoDrawdown, peakUsd);
    }

    /// @dev Whether the value has fallen past the limit.
    function takeCheckpoint(uint16[] calldata hints) private returns (bool crossed) {
        Valuation memory value = valuation(hints);
        Gate from = gate;
        uint256 peak = peakUsd;
        uint256 high = NetAssetValue.positive(value.beforeHigh);
        crossed = !from.rebasing() && Drawdown.crossed(high, peak, limitsWord.drawdownBps());
        (Gate to, Breaker memory next) = Drawdown.judged(from, breaker, crossed);
        if (!from.rebasing()) {
            peak = Drawdown.peakAfter(peak, NetAssetValue.positive(value.beforeLow), value.afterLow);
        } else {
            peak = value.afterLow;
        }
        if (next.suspendedAt != 0 && next.suspendedAt != breaker.suspendedAt) emit Suspended(high, peakUsd);
        if (to.tripped() && !from.tripped()) emit Tripped(next.incident, high, peakUsd);
        if (from.suspended() && !crossed) emit Resumed(high, peakUsd);
        gate = to.withCheckpoint();
        breaker = next;
        peakUsd = peak;
        netAssetValueUsd = value.afterLow;
        emit Checkpointed(msg.sender, value.afterLow, value.afterHigh, peak);
    }

    /// @dev Prices every asset that trades and holds or moved anything, and notes what part of the whole each is.
    function valuation(uint16[] calldata hints) private returns (Valuation memory sum) {
        uint256[] memory values = new uint256[](tokenList.length);
        for (uint256 i = 0; i < values.length; i++) {
            values[i] = valueOf(tokenList[i], i < hints.length ? hints[i] : 0, sum);
        }
        for (uint256 i = 0; i < values.length; i++) {
            Asset storage asset = assets[tokenList[i]];
            uint256 share = sum.afterLow == 0 ? 0 : FixedPointMathLib.fullMulDiv(values[i], 2 ** 32, sum.afterLow);
            asset.volatility = asset.volatility.withShare(share);
        }
    }

    /// @dev Adds one asset to the sum, samples its volatility, and forgets its flow.
    function valueOf(address token, uint16 hint, Valuation memory sum) private returns (uint256 valueUsd) {
        Asset storage asset = assets[token];
        Book memory entry = asset.book;
        if (!entry.isTrading()) return 0;
        uint256 amount = FixedPointMathLib.min(entry.booked, TokenMove.balanceOf(token, address(this)));
        uint256 referenceBps = limitsWord.referenceVolatilityBps();
        if (amount == 0 && entry.flow == 0) {
            // What is not held is not sampled: whatever was known of it is old by the time it is bought.
            asset.book.sizeFactor = VolatilityWord.wrap(0).factor(referenceBps);
            return 0;
        }
        Verdict memory verdict = priceOf(token, asset, entry.listing, hint);
        valueUsd = sum.add(verdict, amount, entry.flow, 10 ** entry.decimals);
        VolatilityWord volatility = asset.volatility.sampled(verdict.feed, referenceBps);
        asset.volatility = volatility;
        entry.flow = 0;
        entry.sizeFactor = volatility.factor(referenceBps);
        asset.book = entry;
    }

    /// @inheritdoc IVault
    function openMandate(Mandate calldata mandate, bytes calldata) external returns (bytes32 mandateId) {
        mandateId = mandate.id(address(this));
        MandateProgress storage progress = progressOf[mandateId];
        MandateTerms.requireUnused(progress.open, progress.closed);
        assets[mandate.sell].book.requireTrading(mandate.sell);
        assets[mandate.buy].book.requireTrading(mandate.buy);
        requireApproval(IApprovals.requireMandate.selector);
        progress.open = true;
        progress.treasurerEpoch = gate.treasurerEpoch();
        mandate.emitOpened(mandateId, roles.treasurer);
    }

    /// @inheritdoc IVault
    function resetBreaker(BreakerReset calldata reset, ReviewerSignature[] calldata) external {
        Gate from = gate;
        uint32 incident = breaker.incident;
        if (!from.tripped() || incident != reset.incident) refuse(Refusal.WrongIncident, incident);
        BreakerResetTerms.requireDeadline(reset.deadline);
        RoleTerms.requireDifferent(reset.newExecutor, from.executor());
        roles.requireExecutor(reset.newExecutor, reset.executorExpiry);
        requireApproval(IApprovals.requireReset.selector);
        Gate to = from.withReset().withExecutor(reset.newExecutor, reset.executorExpiry);
        gate = to;
        breaker.suspendedAt = 0;
        emit BreakerWasReset(reset.incident, reset.newExecutor, reset.executorExpiry, to.epoch());
    }

    /// @inheritdoc IVault
    receive() external payable {}

    // ------------------------------------------------------------------------------------------------ guardian or owner

    /// @inheritdoc IVault
    function pause() external {
        requireGuardianOrOwner();
        gate = gate.withPause();
        emit Paused(msg.sender);
    }

    /// @inheritdoc IVault
    function lowerLimits(Limits calldata wanted) external {
        requireGuardianOrOwner();
        LimitsWord old = limitsWord;
        LimitsWord lowered = old.lowered(wanted);
        if (LimitsWord.unwrap(old) != LimitsWord.unwrap(lowered)) {
            limitsWord = lowered;
            // Size factors were computed with the old reference: the next checkpoint brings new ones.
            if (old.referenceVolatilityBps() != lowered.referenceVolatilityBps()) gate = gate.withFlow();
            notePolicyChange();
        }
        emit LimitsLowered(msg.sender, lowered.unpack());
    }

    /// @inheritdoc IVault
    function voidVouchers() external {
        requireGuardianOrOwner();
        voucherCounter++;
        emit VouchersVoided(msg.sender, voucherCounter);
    }

    /// @inheritdoc IVault
    function closeMandate(bytes32 mandateId) external {
        if (msg.sender != roles.treasurer) requireGuardianOrOwner();
        progressOf[mandateId].open = false;
        progressOf[mandateId].closed = true;
        emit MandateClosed(mandateId, msg.sender);
    }

    /// @inheritdoc IVault
    function quarantine(address token) external {
        requireGuardianOrOwner();
        Asset storage asset = assets[token];
        if (asset.book.isTrading()) {
            asset.book.listing = Listing.Quarantined;
            asset.book.flow = 0;
            uint256 share = asset.volatility.share();
            asset.volatility = asset.volatility.withShare(0);
            (uint256 rest, uint256 up) = sharesLeft();
            peakUsd = Drawdown.peakWithout(peakUsd, rest + up, rest + share);
            gate = gate.withFlow();
            notePolicyChange();
        }
        emit AssetQuarantined(msg.sender, token, peakUsd);
    }

    /// @dev The shares that the high-water mark stands for, and how many units more they may be: each was rounded down.
    function sharesLeft() private view returns (uint256 sum, uint256 count) {
        for (uint256 i = 0; i < tokenList.length; i++) {
            uint256 share = assets[tokenList[i]].volatility.share();
            sum += share;
            if (share != 0) count++;
        }
    }

    /// @inheritdoc IVault
    function retireModel(bytes32 modelId) external {
        requireGuardianOrOwner();
        if (isModelActive[modelId]) {
            isModelActive[modelId] = false;
            notePolicyChange();
        }
        emit ModelRetired(msg.sender, modelId);
    }

    /// @inheritdoc IVault
    function dropExecutor() external {
        requireGuardianOrOwner();
        address old = gate.executor();
        gate = gate.withExecutor(address(0), 0);
        emit ExecutorDropped(msg.sender, old);
    }

    /// @inheritdoc IVault
    function revoke(bytes calldata data) external {
        requireGuardianOrOwner();
        bytes4 selector = bytes4(data);
        if (selector == IVault.setGuardian.selector || selector == IVault.setReviewer.selector) requireOwner();
        changes.revoke(data, gate.epoch(), gate.isSealed());
        emit ChangeRevoked(msg.sender, data);
    }

    function requireGuardianOrOwner() private view {
        if (!roles.isGuardian[msg.sender]) requireOwner();
    }

    // ------------------------------------------------------------------------------------------------ treasurer

    /// @inheritdoc IVault
    function enableMandate(bytes32 mandateId) external {
        if (msg.sender != roles.treasurer) refuse(Refusal.Unauthorized, uint160(msg.sender));
        MandateProgress storage progress = progressOf[mandateId];
        if (!progress.open) refuse(Refusal.MandateUnknown, uint256(mandateId));
        progress.latched = false;
        progress.poorFills = 0;
        progress.treasurerEpoch = gate.treasurerEpoch();
        emit MandateEnabled(mandateId, msg.sender);
    }

    // ------------------------------------------------------------------------------------------------ owner

    /// @inheritdoc IVault
    function deposit(address token, uint256 amount) external lock {
        requireOwner();
        Book storage entry = assets[token].book;
        entry.requireTrading(token);
        if (amount == 0) refuse(Refusal.OutOfBounds, 0);
        entry.flowIn(amount);
        gate = gate.withFlow();
        uint256 start = TokenMove.balanceOf(token, address(this));
        TokenMove.pull(token, msg.sender, address(this), amount);
        uint256 end = TokenMove.balanceOf(token, address(this));
        // A token that keeps a part on the way would make the books lie.
        if (end < start || end - start != amount) refuse(Refusal.TransferFailed, uint160(token));
        emit Deposited(msg.sender, token, amount);
    }

    /// @inheritdoc IVault
    function withdraw(address token, uint256 amount, address to) external lock {
        requireOwner();
        RoleTerms.requireAddress(to);
        if (token == address(0)) {
            TokenMove.pushNative(to, amount);
        } else {
            Book storage entry = assets[token].book;
            if (entry.listing != Listing.Unlisted) {
                entry.flowOut(amount);
                gate = gate.withFlow();
            }
            TokenMove.push(token, to, amount);
        }
        emit Withdrawn(to, token, amount);
    }

    /// @inheritdoc IVault
    function book(address token) external lock {
        requireOwner();
        if (!gate.isSealed()) refuse(Refusal.NotSealed, 0);
        Book storage entry = assets[token].book;
        entry.requireTrading(token);
        uint256 balance = TokenMove.balanceOf(token, address(this));
        uint256 amount = balance > entry.booked ? balance - entry.booked : 0;
        entry.flowIn(amount);
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
        if (gate.isSealed()) refuse(Refusal.AlreadySealed, 0);
        gate = gate.withSeal();
        emit Sealed(msg.sender);
    }

    /// @inheritdoc IVault
    function proposeOwner(address proposed) external {
        requireOwner();
        roles.pendingOwner = proposed;
        emit OwnerProposed(msg.sender, proposed);
    }

    /// @inheritdoc IVault
    function acceptOwner() external {
        if (msg.sender != roles.pendingOwner) refuse(Refusal.Unauthorized, uint160(msg.sender));
        address old = roles.owner;
        roles.setOwner(msg.sender, gate.executor());
        notePolicyChange();
        emit OwnerChanged(old, msg.sender);
    }

    /// @inheritdoc IVault
    function submit(bytes calldata data) external {
        requireOwner();
        if (data.length < 4) refuse(Refusal.OutOfBounds, data.length);
        // Shortening a delay waits for as long as the delay.
        bool shortens = bytes4(data) == IVault.lowerDelay.selector && data.length >= 8;
        bytes4 selector = shortens ? bytes4(data[4:8]) : bytes4(data);
        uint256 at = changes.submit(data, selector, gate.epoch(), gate.isSealed());
        emit ChangeSubmitted(msg.sender, bytes4(data), data, at);
    }

    /// @inheritdoc IVault
    function raiseDelay(bytes4 selector, uint256 delay) external {
        requireOwner();
        changes.raiseDelay(selector, delay);
        emit DelayRaised(msg.sender, selector, changes.delayOf(selector));
    }

    function requireOwner() private view {
        if (msg.sender != roles.owner) refuse(Refusal.Unauthorized, uint160(msg.sender));
    }

    // ------------------------------------------------------------------------------------------------ owner, after a delay

    /// @inheritdoc IVault
    function raiseLimits(Limits calldata wanted) external {
        consumeChange();
        LimitsWord raised = limitsWord.raised(wanted);
        requirePromise(raised, dailyLossUsd);
        limitsWord = raised;
        emit LimitsRaised(msg.sender, raised.unpack());
    }

    /// @inheritdoc IVault
    function setExecutor(address executor, uint64 expiry) external {
        consumeChange();
        roles.requireExecutor(executor, expiry);
        gate = gate.withExecutor(executor, expiry);
        emit ExecutorSet(msg.sender, executor, expiry);
    }

    /// @inheritdoc IVault
    function setTreasurer(address account) external {
        consumeChange();
        roles.setTreasurer(account, gate.executor());
        Gate next = gate.withNextTreasurer();
        gate = next;
        emit TreasurerSet(msg.sender, account, next.treasurerEpoch());
    }

    /// @inheritdoc IVault
    function setGuardian(address account, bool held) external {
        consumeChange();
        roles.setGuardian(account, held, gate.executor());
        emit GuardianSet(msg.sender, account, held);
    }

    /// @inheritdoc IVault
    function setReviewer(address account, bool held, uint8 threshold) external {
        consumeChange();
        roles.setReviewer(account, held, threshold, gate.executor());
        emit ReviewerSet(msg.sender, account, held, threshold);
    }

    /// @inheritdoc IVault
    function setSentinel(address account) external {
        consumeChange();
        roles.setSentinel(account, gate.executor());
        gate = gate.withSentinel(account != address(0));
        emit SentinelSet(msg.sender, account);
    }

    /// @inheritdoc IVault
    function allowModel(bytes32 modelId) external {
        consumeChange();
        isModelActive[modelId] = true;
        emit ModelAllowed(msg.sender, modelId);
    }

    /// @inheritdoc IVault
    function listAsset(AssetConfiguration calldata configuration) external {
        consumeChange();
        AssetListing.list(assets, tokenList, IPriceOracle(oracle), configuration);
        requirePromise(limitsWord, dailyLossUsd);
        gate = gate.withFlow();
        emit AssetListed(msg.sender, configuration.token, configuration.source);
    }

    /// @inheritdoc IVault
    function lowerDelay(bytes4 selector, uint256 delay) external {
        consumeChange();
        changes.lowerDelay(selector, delay);
        emit DelayLowered(msg.sender, selector, changes.delayOf(selector));
    }

    /// @dev The first line of every loosening: the owner, with a change that was submitted and is ripe.
    function consumeChange() private {
        requireOwner();
        changes.consume(msg.data, gate.epoch(), gate.isSealed());
        notePolicyChange();
    }

    function notePolicyChange() private {
        policyHash = TypedData.hashOf(policyHash, 0, msg.data.length);
    }

    function requirePromise(LimitsWord limits, uint256 promisedUsd) private view {
        AssetListing.requirePromise(
            assets, tokenList, limits.lossCapacityUsd(), limits.volumeCapacityUsd(), promisedUsd
        );
    }

    // ------------------------------------------------------------------------------------------------ prices

    /// @dev The price of a listed asset; without one, the reason is the refusal.
    function priceOf(address token, Asset storage asset, Listing listing, uint16 hint)
        private
        view
        returns (Verdict memory verdict)
    {
        PriceQuery memory query;
        query.feed = asset.feed;
        if (listing == Listing.FeedAndTwap) addTwap(query, asset, hint, type(uint256).max, query.feed);
        verdict = IPriceOracle(oracle).verdict(query);
        if (verdict.reason != Refusal.None) refuse(verdict.reason, uint160(token));
    }

    /// @dev The quote token is mostly the trade's other side, whose feed is known already.
    function addTwap(PriceQuery memory query, Asset storage asset, uint16 hint, uint256 otherIndex, FeedWord otherFeed)
        private
        view
    {
        query.twap = asset.twap;
        query.hint = hint;
        uint256 index = query.twap.quoteIndex();
        query.quoteFeed = index == otherIndex ? otherFeed : assets[tokenList[index]].feed;
    }

    function quoteOf(Mandate calldata mandate, Order calldata order) private view returns (Quote memory quote) {
        Asset storage sell = assets[mandate.sell];
        Asset storage buy = assets[mandate.buy];
        Book memory sold = sell.book;
        Book memory bought = buy.book;
        sold.requireTrading(mandate.sell);
        bought.requireTrading(mandate.buy);
        PriceQuery memory high;
        PriceQuery memory low;
        high.feed = sell.feed;
        low.feed = buy.feed;
        if (sold.listing == Listing.FeedAndTwap) addTwap(high, sell, order.sellHint, bought.index, low.feed);
        if (bought.listing == Listing.FeedAndTwap) addTwap(low, buy, order.buyHint, sold.index, high.feed);
        (quote.priceIn, quote.priceOut) = OracleCall.worstPrices(oracle, mandate.sell, mandate.buy, high, low);
        quote.unitIn = 10 ** sold.decimals;
        quote.unitOut = 10 ** bought.decimals;
        quote.sizeFactor = FixedPointMathLib.min(sold.sizeFactor, bought.sizeFactor);
    }

    // ------------------------------------------------------------------------------------------------ views

    /// @inheritdoc IVault
    function words() external view returns (VaultWords memory answer) {
        answer.gate = gate;
        answer.limits = limitsWord;
        answer.meters = meters;
        answer.refundMeter = refundMeter;
        answer.breaker = breaker;
        answer.peakUsd = peakUsd;
        answer.netAssetValueUsd = netAssetValueUsd;
        answer.policyHash = policyHash;
        answer.reviewThreshold = roles.reviewThreshold;
    }

    /// @inheritdoc IVault
    function mandateProgress(bytes32 mandateId) external view returns (MandateProgress memory) {
        return progressOf[mandateId];
    }

    /// @inheritdoc IVault
    function mandateDigest(Mandate calldata mandate) external view returns (bytes32) {
        return mandate.id(address(this));
    }

    /// @inheritdoc IVault
    function owner() external view returns (address) {
        return roles.owner;
    }

    /// @inheritdoc IVault
    function pendingOwner() external view returns (address) {
        return roles.pendingOwner;
    }

    /// @inheritdoc IVault
    function treasurer() external view returns (address) {
        return roles.treasurer;
    }

    /// @inheritdoc IVault
    function sentinel() external view returns (address) {
        return roles.sentinel;
    }

    /// @inheritdoc IVault
    function isGuardian(address account) external view returns (bool) {
        return roles.isGuardian[account];
    }

    /// @inheritdoc IVault
    function isReviewer(address account) external view returns (bool) {
        return roles.isReviewer[account];
    }

    /// @inheritdoc IVault
    function delayOf(bytes4 selector) external view returns (uint256) {
        return changes.delayOf(selector);
    }

    /// @inheritdoc IVault
    function ripeAt(bytes calldata data) external view returns (uint256) {
        return changes.ripeAtOf(data, gate.epoch(), gate.isSealed());
    }

    /// @inheritdoc IVault
    function tokens() external view returns (address[] memory) {
        return tokenList;
    }

    /// @inheritdoc IVault
    function assetOf(address token) external view returns (Asset memory) {
        return assets[token];
    }
}
