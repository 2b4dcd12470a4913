// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Asset} from "../../src/guards/AssetBook.sol";
import {Refused} from "../../src/Refusal.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {MockToken} from "../support/MockToken.sol";
import {Doors} from "../support/Doors.sol";

/// @title No component of the policy loosens except through the timelock
/// @notice Everybody calls everything, with arguments good and bad, for a day less than anything needs to ripen. Outside of
/// this, by design: unpausing, a new owner who accepts, and a reset that M of N reviewers signed.
contract PolicyTest is Doors {
    /// @notice Everything that bounds what the vault may do.
    struct Policy {
        Limits limits;
        address owner;
        address treasurer;
        uint8 treasurerEpoch;
        address sentinel;
        bool sentinelRequired;
        address executor;
        uint64 executorExpiry;
        bool[10] guardians; // of the people
        bool[10] reviewers; // of the people
        uint8 reviewThreshold;
        bool[3] models;
        bytes32 tokens; // hash of the list
        Asset[5] assets;
        uint256[9] delays;
        uint256[9] ripeAt; // of one change of each kind
        bool isSealed;
        bool tripped;
        uint32 epoch;
        uint32 incident;
        uint256 voucherCounter;
        bool mandateClosed;
        address router;
        address oracle;
        address approvals;
        address wrappedNative;
        uint256 dailyLossUsd;
    }

    address[10] private people;
    bytes32[3] private models = [MODEL, keccak256("another"), bytes32("third")];
    address[5] private tokens;
    bytes32 private closed = keccak256("closed");
    bytes[] private changes; // one of each kind
    Mandate private m;

    function setUp() public override {
        super.setUp();
        people = [
            owner,
            guardian,
            treasurer,
            executor,
            reviewers[0],
            reviewers[1],
            reviewers[2],
            stranger,
            makeAddr("sentinel"),
            makeAddr("second guardian")
        ];
        tokens = [address(usdc), address(dai), address(wbtc), address(weth), address(new MockToken(18))];
        m = sellUsdc();
        m.end += 30 days;
        open(m);
        change(abi.encodeCall(IVault.setSentinel, (people[8])));
        change(abi.encodeCall(IVault.setGuardian, (people[9], true)));
        change(abi.encodeCall(IVault.allowModel, (models[1])));
        passes(owner, abi.encodeCall(IVault.raiseDelay, (IVault.setExecutor.selector, 5 days)));
        passes(owner, abi.encodeCall(IVault.closeMandate, (closed)));
        checkpoint();
        collectChanges();
    }

    function collectChanges() private {
        Limits memory wide = defaultLimits();
        wide.drawdownBps = 3_000;
        changes.push(abi.encodeCall(IVault.raiseLimits, (wide)));
        changes.push(abi.encodeCall(IVault.setExecutor, (stranger, uint64(block.timestamp + 300 days))));
        changes.push(abi.encodeCall(IVault.setTreasurer, (stranger)));
        changes.push(abi.encodeCall(IVault.setGuardian, (people[9], false)));
        changes.push(abi.encodeCall(IVault.setReviewer, (reviewers[0], false, 1)));
        changes.push(abi.encodeCall(IVault.setSentinel, (address(0))));
        changes.push(abi.encodeCall(IVault.allowModel, ("third")));
        AssetConfiguration memory asset = AssetConfiguration(tokens[4], feedSource(daiFeed, 0.5e18, 2e18));
        changes.push(abi.encodeCall(IVault.listAsset, (asset)));
        changes.push(abi.encodeCall(IVault.lowerDelay, (IVault.setExecutor.selector, 0)));
    }

    function read() private view returns (Policy memory p) {
        VaultState memory s = state();
        p.limits = s.limits;
        (p.owner, p.treasurer, p.treasurerEpoch) = (vault.owner(), vault.treasurer(), s.treasurerEpoch);
        (p.sentinel, p.sentinelRequired) = (vault.sentinel(), s.sentinelRequired);
        (p.executor, p.executorExpiry) = (s.executor, s.executorExpiry);
        for (uint256 i = 0; i < 10; i++) {
            p.guardians[i] = vault.isGuardian(people[i]);
            p.reviewers[i] = vault.isReviewer(people[i]);
        }
        p.reviewThreshold = s.reviewThreshold;
        for (uint256 i = 0; i < 3; i++) {
            p.models[i] = vault.isModelActive(models[i]);
        }
        p.tokens = keccak256(abi.encode(vault.tokens()));
        for (uint256 i = 0; i < 5; i++) {
            p.assets[i] = vault.assetOf(tokens[i]);
        }
        for (uint256 i = 0; i < 9; i++) {
            p.delays[i] = vault.delayOf(bytes4(changes[i]));
            p.ripeAt[i] = vault.ripeAt(changes[i]);
        }
        (p.isSealed, p.tripped, p.epoch, p.incident) = (s.isSealed, s.tripped, s.epoch, s.incident);
        p.voucherCounter = vault.voucherCounter();
        p.mandateClosed = vault.mandateProgress(closed).closed;
        (p.router, p.oracle, p.approvals) = (vault.router(), vault.oracle(), vault.approvals());
        (p.wrappedNative, p.dailyLossUsd) = (vault.wrappedNative(), vault.dailyLossUsd());
    }

    // --- the comparison ---

    function assertNoLooser(Policy memory was, Policy memory is_) private view {
        assertLimitsNoLooser(was.limits, is_.limits);
        assertPeopleTheSame(was, is_);
        assertTrue(is_.executor == was.executor || is_.executor == address(0), "executor");
        assertLe(is_.executorExpiry, was.executorExpiry, "expiry");
        for (uint256 i = 0; i < 3; i++) {
            assertTrue(was.models[i] || !is_.models[i], "model");
        }
        assertEq(is_.tokens, was.tokens, "tokens");
        for (uint256 i = 0; i < 5; i++) {
            assertAssetNoLooser(was.assets[i], is_.assets[i]);
        }
        for (uint256 i = 0; i < 9; i++) {
            assertGe(is_.delays[i], was.delays[i], "delay");
            bool announced = is_.ripeAt[i] >= block.timestamp + 1 days;
            assertTrue(is_.ripeAt[i] == 0 || is_.ripeAt[i] == was.ripeAt[i] || announced, "ripe");
        }
        assertEq(is_.isSealed, was.isSealed, "seal");
        assertTrue(is_.tripped || !was.tripped, "trip");
        assertEq(is_.epoch, was.epoch, "epoch");
        assertGe(is_.incident, was.incident, "incident");
        assertGe(is_.voucherCounter, was.voucherCounter, "vouchers");
        assertTrue(is_.mandateClosed, "mandate");
        assertEq(
            abi.encode(is_.router, is_.oracle, is_.approvals, is_.wrappedNative, is_.dailyLossUsd),
            abi.encode(was.router, was.oracle, was.approvals, was.wrappedNative, was.dailyLossUsd)
        );
    }

    function assertLimitsNoLooser(Limits memory was, Limits memory is_) private pure {
        assertLe(is_.automaticLimitUsd, was.automaticLimitUsd, "automatic limit");
        assertLe(is_.sizeCapUsd, was.sizeCapUsd, "size cap");
        assertLe(is_.volumeCapacityUsd, was.volumeCapacityUsd, "volume");
        assertLe(is_.lossCapacityUsd, was.lossCapacityUsd, "loss");
        assertLe(is_.refundCapacityUsd, was.refundCapacityUsd, "refund");
        assertLe(is_.maximumSlippageBps, was.maximumSlippageBps, "slippage");
        assertLe(is_.drawdownBps, was.drawdownBps, "drawdown");
        assertLe(is_.referenceVolatilityBps, was.referenceVolatilityBps, "volatility");
        assertLe(is_.maximumCheckpointAge, was.maximumCheckpointAge, "checkpoint age");
    }

    function assertPeopleTheSame(Policy memory was, Policy memory is_) private pure {
        assertEq(is_.owner, was.owner, "owner");
        assertEq(is_.treasurer, was.treasurer, "treasurer");
        assertEq(is_.treasurerEpoch, was.treasurerEpoch, "treasurer's epoch");
        assertEq(is_.sentinel, was.sentinel, "sentinel");
        assertEq(is_.sentinelRequired, was.sentinelRequired, "co-signature");
        assertEq(abi.encode(is_.guardians), abi.encode(was.guardians), "guardians");
        assertEq(abi.encode(is_.reviewers), abi.encode(was.reviewers), "reviewers");
        assertEq(is_.reviewThreshold, was.reviewThreshold, "threshold");
    }

    function assertAssetNoLooser(Asset memory was, Asset memory is_) private pure {
        bool out = is_.book.listing == Listing.Quarantined && was.book.listing != Listing.Unlisted;
        assertTrue(is_.book.listing == was.book.listing || out, "listing");
        assertEq(abi.encode(is_.feed, is_.twap), abi.encode(was.feed, was.twap), "source");
        assertEq(is_.book.decimals, was.book.decimals, "decimals");
        assertEq(is_.book.index, was.book.index, "index");
    }

    // --- everybody, everything ---

    struct Call {
        uint8 who;
        uint8 what;
        uint8 which;
        uint256 amount;
        Limits limits;
        bytes data;
    }

    function testFuzz_nothingLoosensButThroughTheTimelock(Call[8] memory calls, uint8 fallen, bool announced) public {
        if (announced) {
            for (uint256 i = 0; i < 9; i++) {
                passes(owner, abi.encodeCall(IVault.submit, (changes[i])));
            }
        }
        Policy memory was = read();
        uint256 left = 1 days - 1;
        for (uint256 i = 0; i < 8; i++) {
            bytes memory data = dataOf(calls[i]);
            if (i == fallen % 16) wethFeed.set(1_000e8);
            (bool done, bytes memory answer) = knock(people[calls[i].who % 10], data);
            // A refusal of one's own, or arguments that do not decode.
            if (!done) assertTrue(answer.length == 0 || bytes4(answer) == Refused.selector, "panic");
            Policy memory is_ = read();
            assertNoLooser(was, is_);
            was = is_;
            uint256 wait = bound(calls[i].amount, 0, left / 4);
            left -= wait;
            pass(wait);
        }
    }

    function dataOf(Call memory c) private view returns (bytes memory) {
        uint256 what = c.what % 36;
        address account = people[c.which % 10];
        address token = tokens[c.which % 5];
        if (what < 9) return changes[what];
        if (what == 9) return abi.encodeCall(IVault.submit, (changes[c.which % 9]));
        if (what == 10) return abi.encodeCall(IVault.revoke, (changes[c.which % 9]));
        if (what == 11) return abi.encodeCall(IVault.raiseDelay, (bytes4(changes[c.which % 9]), c.amount));
        if (what == 12) return abi.encodeCall(IVault.proposeOwner, (people[c.which % 7]));
        if (what == 13) return abi.encodeCall(IVault.seal, ());
        if (what == 14) return abi.encodeCall(IVault.unpause, ());
        if (what == 15) return abi.encodeCall(IVault.book, (token));
        if (what == 16) return abi.encodeCall(IVault.withdraw, (token, c.amount % 1e6, account));
        if (what == 17) return abi.encodeCall(IVault.deposit, (token, c.amount));
        if (what == 18) return abi.encodeCall(IVault.enableMandate, (c.amount % 2 == 0 ? closed : id()));
        if (what == 19) return abi.encodeCall(IVault.dropExecutor, ());
        if (what == 20) return abi.encodeCall(IVault.retireModel, (models[c.which % 3]));
        if (what == 21) return abi.encodeCall(IVault.quarantine, (token));
        if (what == 22) return abi.encodeCall(IVault.closeMandate, (id()));
        if (what == 23) return abi.encodeCall(IVault.voidVouchers, ());
        if (what < 26) return abi.encodeCall(IVault.lowerLimits, (c.limits));
        if (what == 26) return abi.encodeCall(IVault.pause, ());
        if (what == 27) return abi.encodeCall(IVault.raiseLimits, (c.limits));
        if (what == 28) return abi.encodeCall(IVault.openMandate, (m, c.data));
        if (what == 29) return abi.encodeCall(IVault.setExecutor, (account, uint64(c.amount)));
        if (what == 30) return abi.encodeCall(IVault.setGuardian, (account, c.amount % 2 == 0));
        if (what == 31) return bytes.concat(bytes4(changes[c.which % 9]), c.data);
        if (what == 32) return abi.encodeCall(IVault.trip, (hints()));
        if (what == 33) return abi.encodeCall(IVault.checkpoint, (hints()));
        if (what == 34) return resetData(account);
        return abi.encodeCall(IVault.execute, (m, orderFor(m, 1_000e6), oneLeg(1_000e6), noVoucher(), c.data));
    }

    function id() private view returns (bytes32) {
        return vault.mandateDigest(m);
    }

    /// @notice Signed by nobody.
    function resetData(address account) private view returns (bytes memory) {
        return abi.encodeCall(IVault.resetBreaker, (resetTo(account), new ReviewerSignature[](0)));
    }

    // --- the comparison itself can fail ---

    /// @notice Each kind of change, made by the timelock, is one that the comparison calls looser.
    function testFuzz_comparison_seesEveryLoosening(uint8 kind) public {
        Policy memory was = read();
        bytes memory data = changes[kind % 9];
        passes(owner, abi.encodeCall(IVault.submit, (data)));
        pass(5 days);
        passes(owner, data);
        Policy memory is_ = read();
        vm.expectRevert();
        this.compare(was, is_);
    }

    function compare(Policy memory was, Policy memory is_) external view {
        assertNoLooser(was, is_);
    }
}
