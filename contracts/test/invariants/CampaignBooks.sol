// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {VaultWords} from "../../src/interfaces/IVault.sol";
import {MockToken} from "../support/MockToken.sol";
import {CampaignChanges} from "./CampaignChanges.sol";
import {Bucket, LeakingBucket} from "./LeakingBucket.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

/// @title What should be where, what was traded and what was lost, at true prices
abstract contract CampaignBooks is CampaignChanges {
    using LeakingBucket for Bucket;

    uint256 internal constant BPS = 10_000;
    /// @notice Of a price of the pair, while one source of each is honest; and of a refund's worth, a thousandth of it.
    uint256 private constant ERROR_BPS = 2 * FEED_ERROR_BPS + 1;
    uint256 internal constant SLOTS = 4;

    uint256 public trades;
    Bucket internal lost; // USD with 18 decimals times BPS, at true prices
    Bucket internal charged; // USD with 18 decimals, at the prices the oracle gave
    uint256 internal quotedHigh; // of the last order's input, USD with 18 decimals per whole token
    uint256 internal quotedLow; // of its output
    Bucket internal traded; // USD with 18 decimals, at the feeds' prices
    Bucket private refunded;
    mapping(address token => uint256) internal expected; // of the vault, base units; native at zero

    Mandate[SLOTS] internal terms; // even: sell USDC; odd: sell WETH; the upper two refill
    bytes32[SLOTS] internal ids;
    bool[SLOTS] internal isClosed;
    bool[SLOTS] internal isLatched;
    uint256[SLOTS] internal filled;
    uint32[SLOTS] internal executions;
    Bucket[SLOTS] internal refills;

    // --- a trade went through ---

    function settle(uint256 slot, Mandate memory m, Order memory o, uint256 out, uint256 refundWei) internal {
        trades++;
        accuse(paused || suspended || tripped, "I7 paused, suspended or tripped, nothing trades");
        accuse(retired == MODEL || keyHolder == address(0), "I7 without its key or its model, nothing trades");
        uint256 spent = expected[m.sell] - MockToken(m.sell).balanceOf(address(vault));
        accuse(spent > o.amountIn, "I2 assets leave only as an accepted order's exact input");
        accuse(MockToken(m.buy).balanceOf(address(vault)) != expected[m.buy] + out, "I2 the output is measured");
        accuse(out < o.minimumOut, "no order is filled below its minimum");
        expected[m.sell] -= spent;
        expected[m.buy] += out;
        expected[address(0)] -= refundWei;
        noteSlice(slot, m, o.amountIn);
        noteLoss(m, o.amountIn, spent, out, refundWei);
    }

    function noteSlice(uint256 slot, Mandate memory m, uint256 amount) private {
        executions[slot]++;
        filled[slot] += amount;
        accuse(isClosed[slot], "I4 a closed mandate fills nothing");
        accuse(filled[slot] > m.total, "I4 a mandate fills at most its total");
        if (m.refillPeriod == 0) return;
        refills[slot].pour(amount, m.refillAmount, m.refillPeriod);
        accuse(refills[slot].isOver(), "I4 a standing mandate fills at most A + A * W / period in any W");
    }

    function noteLoss(Mandate memory m, uint256 amount, uint256 spent, uint256 out, uint256 refundWei) private {
        uint256 given = spent * truth[m.sell] / unitOf(m.sell) + refundWei * truth[address(weth)] / 1e18;
        uint256 got = FixedPointMathLib.divUp(out * truth[m.buy], unitOf(m.buy));
        uint256 capacity = BPS * allowed.lossCapacityUsd + ERROR_BPS * allowed.volumeCapacityUsd;
        noteCharge(m, spent, out, refundWei);
        lost.pour(given > got ? (given - got) * BPS : 0, capacity, 1 days);
        accuse(lost.isOver(), "I1 no window loses more than B + r * W and the prices' error on its volume");
        traded.pour(amount * said[m.sell] / unitOf(m.sell), allowed.volumeCapacityUsd, 1 days);
        accuse(traded.isOver(), "I1 no window trades more than C + q * W");
        refunded.pour(refundWei * said[address(weth)] / 1e18, allowed.refundCapacityUsd, 1 days);
        accuse(refunded.isOver(), "I2 refunds stay inside their quota");
    }

    /// @dev Where the oracle's prices count as the truth there is no error, and the meter's own bound must hold.
    function noteCharge(Mandate memory m, uint256 spent, uint256 out, uint256 refundWei) private {
        uint256 given = spent * quotedHigh / unitOf(m.sell);
        uint256 got = FixedPointMathLib.divUp(out * quotedLow, unitOf(m.buy));
        uint256 loss = (given > got ? given - got : 0) + refundWei * said[address(weth)] / 1e18;
        charged.pour(loss, allowed.lossCapacityUsd, 1 days);
        accuse(charged.isOver(), "I1 at the oracle's own prices no window loses more than B + r * W");
    }

    // --- checkpoints and flows ---

    function takeCheckpoint(uint16 wethHint, bool trips) internal {
        uint16[] memory list = new uint16[](4);
        list[3] = wethHint;
        (bool done, bytes memory answer) =
            address(vault).call(trips ? abi.encodeCall(vault.trip, (list)) : abi.encodeCall(vault.checkpoint, (list)));
        if (!done) return accuseUndocumented(answer);
        VaultWords memory words = vault.words();
        accuse(tripped && !words.gate.tripped(), "I3 only reviewers lift a trip");
        (tripped, suspended) = (words.gate.tripped(), words.gate.suspended());
    }

    function takeOut(address token, uint256 amount) internal {
        vm.prank(owner);
        try vault.withdraw(token, amount, address(1_000_000)) {
            expected[token] -= amount;
        } catch {
            accuse(true, "I8 the owner's withdrawal succeeds in every state");
        }
    }

    /// @dev By deposit where the vault takes one, else as a donation.
    function refill(address token, uint256 amount) internal {
        if (amount == 0) return;
        if (token == address(0)) vm.deal(address(vault), address(vault).balance + amount);
        else if (listing[token] == Listing.Quarantined) MockToken(token).mint(address(vault), amount);
        else give(MockToken(token), amount);
        expected[token] += amount;
    }

    function compareBalances() internal {
        bool same = address(vault).balance == expected[address(0)]
            && usdc.balanceOf(address(vault)) == expected[address(usdc)]
            && weth.balanceOf(address(vault)) == expected[address(weth)];
        accuse(!same, "I2 assets leave only by withdrawal, as an accepted order's exact input, or as a refund");
    }

    function unitOf(address token) internal view returns (uint256) {
        return token == address(usdc) ? 1e6 : 1e18;
    }
}
