// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal, Refused} from "../../src/Refusal.sol";
import {VaultReading} from "../../src/VaultReading.sol";
import {Envelope} from "../../src/guards/ReviewVoucher.sol";
import {IPriceOracle} from "../../src/interfaces/IPriceOracle.sol";
import {IRouter} from "../../src/interfaces/IRouter.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {Deployment} from "./Deployment.sol";
import {MockFeed} from "./MockFeed.sol";
import {MockToken} from "./MockToken.sol";
import {IV3Minter, Uniswap} from "./Uniswap.sol";
import {Signing} from "./Signing.sol";

/// @title A sealed, funded vault beside genuine pools at fair prices
abstract contract World is Uniswap {
    MockToken internal usdc;
    MockToken internal dai;
    MockToken internal wbtc;
    MockToken internal weth;
    MockFeed internal usdcFeed;
    MockFeed internal daiFeed;
    MockFeed internal wbtcFeed;
    MockFeed internal wethFeed;

    address internal pair; // v2 USDC/WETH
    address internal pool; // v3 USDC/WETH, 0.05 %
    address internal secondPool; // v3 USDC/WETH, 0.3 %

    IPriceOracle internal oracle;
    IRouter internal router;
    IVault internal vault;
    address internal approvals;

    address internal owner = makeAddr("owner");
    address internal guardian = makeAddr("guardian");
    address internal executor = makeAddr("executor");
    address internal stranger = makeAddr("stranger");
    address internal treasurer;
    uint256 internal treasurerKey;
    uint256[] internal reviewerKeys; // ascending by address
    address[] internal reviewers;
    uint256 private salts;

    uint256 internal constant AUTOMATIC_LIMIT = 50_000e18;
    uint256 internal constant VOLUME_CAPACITY = 200_000e18;
    uint256 internal constant SIZE_CAP = 150_000e18;
    uint256 internal constant LOSS_CAPACITY = 5_000e18;
    uint256 internal constant DAILY_LOSS = 20_000e18;
    bytes32 internal constant MODEL = keccak256("model");

    function setUp() public virtual {
        vm.warp(1_790_000_000);
        usdc = new MockToken(6);
        dai = new MockToken(18);
        wbtc = new MockToken(8);
        weth = new MockToken(18);
        usdcFeed = new MockFeed(8, 1e8);
        daiFeed = new MockFeed(8, 1e8);
        wbtcFeed = new MockFeed(8, 60_000e8);
        wethFeed = new MockFeed(8, 3_000e8);
        deployUniswap();
        pair = fillPair(usdc, 15_000_000e6, weth, 5_000e18);
        pool = fillPool(usdc, 60_000_000e6, weth, 20_000e18, 500, 0);
        secondPool = fillPool(usdc, 30_000_000e6, weth, 10_000e18, 3000, 0);
        IV3Minter(pool).increaseObservationCardinalityNext(64);
        makePeople();
        oracle = IPriceOracle(Deployment.create("PriceOracle.sol:PriceOracle", abi.encode(address(0), 0)));
        router = IRouter(Deployment.create("Router.sol:Router", ""));
        approvals = Deployment.create("Approvals.sol:Approvals", "");
        // The pools' first observation is old enough for a time-weighted price.
        pass(1 hours);
        vault = deploy(configuration());
        fund();
    }

    function makePeople() private {
        (treasurer, treasurerKey) = makeAddrAndKey("treasurer");
        for (uint256 i = 0; i < 3; i++) {
            (address account, uint256 key) = makeAddrAndKey(string.concat("reviewer ", vm.toString(i)));
            reviewers.push(account);
            reviewerKeys.push(key);
        }
        for (uint256 i = 0; i < 3; i++) {
            for (uint256 j = i + 1; j < 3; j++) {
                if (reviewers[i] <= reviewers[j]) continue;
                (reviewers[i], reviewers[j]) = (reviewers[j], reviewers[i]);
                (reviewerKeys[i], reviewerKeys[j]) = (reviewerKeys[j], reviewerKeys[i]);
            }
        }
    }

    function deploy(VaultConfiguration memory c) internal returns (IVault) {
        return IVault(payable(Deployment.create("Vault.sol:Vault", abi.encode(c))));
    }

    function configuration() internal view virtual returns (VaultConfiguration memory c) {
        c.owner = owner;
        c.treasurer = treasurer;
        c.guardians = new address[](1);
        c.guardians[0] = guardian;
        c.reviewers = reviewers;
        c.reviewThreshold = 2;
        c.executor = executor;
        c.executorExpiry = uint64(block.timestamp + 30 days);
        c.router = address(router);
        c.oracle = address(oracle);
        c.approvals = approvals;
        c.wrappedNative = address(weth);
        c.dailyLossUsd = DAILY_LOSS;
        c.models = new bytes32[](1);
        c.models[0] = MODEL;
        c.assets = new AssetConfiguration[](4);
        c.assets[0] = AssetConfiguration(address(usdc), feedSource(usdcFeed, 0.95e18, 1.05e18));
        c.assets[1] = AssetConfiguration(address(dai), feedSource(daiFeed, 0.95e18, 1.05e18));
        c.assets[2] = AssetConfiguration(address(wbtc), feedSource(wbtcFeed, 1e18, 1_000_000e18));
        c.assets[3] = AssetConfiguration(address(weth), feedSource(wethFeed, 1e18, 100_000e18));
        c.limits = defaultLimits();
    }

    /// @notice A feed alone.
    function feedSource(MockFeed feed, uint256 lowestPrice, uint256 highestPrice)
        internal
        pure
        returns (PriceSource memory source)
    {
        source.feed = address(feed);
        source.heartbeat = 1 days;
        source.lowestPrice = lowestPrice;
        source.highestPrice = highestPrice;
        source.errorBps = 50;
    }

    /// @notice WETH by its feed and by the time-weighted price of the 0.05 % pool.
    function wethByTwap() internal view returns (PriceSource memory source) {
        source = feedSource(wethFeed, 1e18, 100_000e18);
        source.pool = pool;
        source.quote = address(usdc);
        source.bandBps = 100;
    }

    function defaultLimits() internal pure returns (Limits memory) {
        return Limits({
            automaticLimitUsd: AUTOMATIC_LIMIT,
            sizeCapUsd: SIZE_CAP,
            volumeCapacityUsd: VOLUME_CAPACITY,
            lossCapacityUsd: LOSS_CAPACITY,
            refundCapacityUsd: 0,
            maximumSlippageBps: 200,
            drawdownBps: 1_000,
            referenceVolatilityBps: 500,
            maximumCheckpointAge: 1 hours
        });
    }

    function state() internal view returns (VaultState memory) {
        return VaultReading.stateOf(vault);
    }

    /// @notice Nobody needs a hint where no asset has a time-weighted price; a world that has one overrides this.
    function hints() internal view virtual returns (uint16[] memory) {
        return new uint16[](0);
    }

    function checkpoint() internal {
        vault.checkpoint(hints());
    }

    /// @notice The owner's change goes through: submitted, waited for, called.
    function change(bytes memory data) internal {
        vm.prank(owner);
        vault.submit(data);
        pass(vault.delayOf(bytes4(data)));
        vm.prank(owner);
        (bool done, bytes memory answer) = address(vault).call(data);
        if (done) return;
        assembly ("memory-safe") {
            revert(add(answer, 0x20), mload(answer))
        }
    }

    function fund() internal {
        give(usdc, 1_000_000e6);
        give(weth, 100e18);
        vm.prank(owner);
        vault.seal();
        checkpoint();
    }

    function give(MockToken token, uint256 amount) internal {
        token.mint(owner, amount);
        vm.startPrank(owner);
        token.approve(address(vault), amount);
        vault.deposit(address(token), amount);
        vm.stopPrank();
    }

    /// @notice Time passes and feeds stay fresh.
    function pass(uint256 duration) internal {
        vm.warp(block.timestamp + duration);
        usdcFeed.set(usdcFeed.answer());
        daiFeed.set(daiFeed.answer());
        wbtcFeed.set(wbtcFeed.answer());
        wethFeed.set(wethFeed.answer());
    }

    // --- mandates, orders, legs ---

    function sellUsdc() internal returns (Mandate memory m) {
        m.strategy = keccak256("twap");
        m.sell = address(usdc);
        m.buy = address(weth);
        m.total = 100_000e6;
        m.maximumSlice = 60_000e6;
        m.start = uint64(block.timestamp);
        m.end = uint64(block.timestamp + 7 days);
        m.minimumInterval = 60;
        m.maximumExecutions = 100;
        m.worstPrice = 1; // the oracle bounds; tests of the worst price set their own
        m.slippageBps = 100;
        m.poorFillBps = 100;
        m.maximumPoorFills = 3;
        m.salt = ++salts;
    }

    function sign(Mandate memory m) internal view returns (bytes memory) {
        return Signing.ecdsa(treasurerKey, vault.mandateDigest(m));
    }

    function open(Mandate memory m) internal returns (bytes32) {
        return vault.openMandate(m, sign(m));
    }

    /// @notice A good order for `amountIn` USDC at 3,000 USDC per WETH, promising 0.9 % less than fair.
    function orderFor(Mandate memory m, uint256 amountIn) internal view returns (Order memory o) {
        o.mandateId = vault.mandateDigest(m);
        o.amountIn = amountIn;
        o.minimumOut = amountIn * 1e12 / 3_000 * 9_910 / 10_000;
        o.deadline = uint64(block.timestamp + 60);
        o.executionIndex = vault.mandateProgress(o.mandateId).executionCount;
        o.epoch = state().epoch;
        o.decisionHead = keccak256("decision");
        o.modelId = MODEL;
    }

    function oneLeg(uint256 amountIn) internal view returns (Leg[] memory legs) {
        legs = new Leg[](1);
        legs[0] = Leg(Venue.UniswapV3, pool, 500, 0, address(0), amountIn);
    }

    function threeLegs(uint256 amountIn) internal view returns (Leg[] memory legs) {
        legs = new Leg[](3);
        legs[0] = Leg(Venue.UniswapV3, pool, 500, 0, address(0), amountIn / 2);
        legs[1] = Leg(Venue.UniswapV2, pair, 3000, 0, address(0), amountIn / 4);
        legs[2] = Leg(Venue.UniswapV3, secondPool, 3000, 0, address(0), amountIn - amountIn / 2 - amountIn / 4);
    }

    function noVoucher() internal pure returns (Voucher memory v) {}

    function run(Mandate memory m, uint256 amountIn) internal returns (uint256) {
        Order memory o = orderFor(m, amountIn);
        vm.prank(executor);
        return vault.execute(m, o, oneLeg(amountIn), noVoucher(), "");
    }

    function expectRefusal(Refusal reason, uint256 detail) internal {
        vm.expectRevert(abi.encodeWithSelector(Refused.selector, reason, detail));
    }

    // --- reviewers ---

    /// @notice Signatures of the first `count` reviewers over `digest`, ascending.
    function reviewed(bytes32 digest, uint256 count) internal view returns (ReviewerSignature[] memory list) {
        list = new ReviewerSignature[](count);
        for (uint256 i = 0; i < count; i++) {
            list[i] = ReviewerSignature(reviewers[i], Signing.ecdsa(reviewerKeys[i], digest));
        }
    }

    function envelopeFor(Mandate memory m, Order memory o, Voucher memory v) internal view returns (Envelope memory) {
        return Envelope({
            mandateId: o.mandateId,
            sell: m.sell,
            buy: m.buy,
            amountIn: o.amountIn,
            minimumOut: v.minimumOut,
            epoch: state().epoch,
            expiry: v.expiry,
            nonce: v.nonce,
            counter: vault.voucherCounter(),
            policyHash: state().policyHash
        });
    }

    function voucherFor(Mandate memory m, Order memory o, uint256 nonce) internal view returns (Voucher memory v) {
        v.minimumOut = o.minimumOut;
        v.expiry = uint64(block.timestamp + 1 days);
        v.nonce = nonce;
        v.signatures = reviewed(Signing.voucherDigest(address(vault), envelopeFor(m, o, v)), 2);
    }

    // --- breaker ---

    /// @notice Two crossings, eleven minutes apart.
    function trip() internal {
        wethFeed.set(100e8);
        checkpoint();
        pass(11 minutes);
        checkpoint();
        assertTrue(state().tripped, "tripped");
    }

    function resetTo(address newExecutor) internal view returns (BreakerReset memory r) {
        r.incident = state().incident;
        r.newExecutor = newExecutor;
        r.executorExpiry = uint64(block.timestamp + 30 days);
        r.deadline = uint64(block.timestamp + 1 days);
    }

    function reset(BreakerReset memory r) internal {
        bytes32 digest = Signing.resetDigest(address(vault), r, state().policyHash);
        vault.resetBreaker(r, reviewed(digest, 2));
    }
}
