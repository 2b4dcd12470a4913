// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {HostilePool} from "../support/HostilePools.sol";
import {ExactFills} from "./ExactFills.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

/// @title How much goes at once: by itself, with reviewers, and not even with them
contract SizeCapTest is ExactFills {
    /// @notice USDC for so many dollars, at a fair price, with a voucher where one is needed.
    function buys(uint256 valueUsd, uint256 nonce) private view returns (Order memory o, Voucher memory v) {
        o = asking(valueUsd / 1e12, ceil(valueUsd / 1e12 * 1e12, 3_000));
        if (valueUsd > AUTOMATIC_LIMIT) v = voucherFor(m, o, nonce);
    }

    function assertCap(uint256 capUsd, uint256 nonce) private {
        (Order memory o, Voucher memory v) = buys(capUsd + 1e12, nonce);
        exact.behave(HostilePool.Manner.PaysFairly, o.minimumOut);
        assertRefused(executor, call(o, v), Refusal.SizeCapExceeded, capUsd);
        (o, v) = buys(capUsd, nonce);
        passes(executor, call(o, v));
    }

    // --- the review limit ---

    function test_reviewLimit_toTheUnit() public {
        fill(asking(50_000e6, 16.66e18));
        Order memory o = asking(50_000e6 + 1, 16.66e18);
        expectRefused(o, Refusal.ReviewRequired, AUTOMATIC_LIMIT);
        passes(executor, call(o, voucherFor(m, o, 1)));
    }

    /// @notice By the price at the time, rounded up: the same amount passes at 1.00 and not at 1.01.
    function test_reviewLimit_isInDollars() public {
        usdcFeed.set(1.01e8);
        expectRefused(asking(49_504_950_496, 16.67e18), Refusal.ReviewRequired, AUTOMATIC_LIMIT);
        fill(asking(49_504_950_495, 16.67e18));
    }

    function testFuzz_reviewLimit_loweredToAnything(uint256 dollars) public {
        Limits memory limits = defaultLimits();
        dollars = bound(dollars, 1, 50_000);
        limits.automaticLimitUsd = dollars * 1e18;
        passes(guardian, abi.encodeCall(IVault.lowerLimits, (limits)));
        fill(asking(dollars * 1e6, ceil(dollars * 1e18, 3_000)));
        uint256 amountIn = dollars * 1e6 + 1;
        expectRefused(asking(amountIn, ceil(amountIn * 1e12, 3_000)), Refusal.ReviewRequired, dollars * 1e18);
    }

    // --- the cap ---

    /// @notice What reviewers approved is capped all the same.
    function test_cap_isNotWaivedByReviewers() public {
        assertCap(SIZE_CAP, 1);
    }

    function testFuzz_cap_loweredToAnything(uint256 dollars) public {
        Limits memory limits = defaultLimits();
        dollars = bound(dollars, 1, 150_000);
        limits.sizeCapUsd = dollars * 1e18;
        passes(guardian, abi.encodeCall(IVault.lowerLimits, (limits)));
        assertCap(dollars * 1e18, 1);
    }

    /// @notice Factors against the estimate worked out here: the reference variance to begin with, a sample's square weighed by its
    /// time, older ones fading over six hours; floor and ceiling included. The more volatile of both tokens counts.
    function testFuzz_cap_isScaledByVolatility(uint256 price, uint256 elapsed, bool steadier) public {
        give(dai, 1e18);
        checkpoint();
        price = bound(price, 1_900e8, 4_500e8);
        elapsed = bound(elapsed, 5 minutes, 1 days);
        pass(elapsed);
        wethFeed.set(int256(price));
        checkpoint();
        wethFeed.set(3_000e8);
        uint256 move = (price > 3_000e8 ? price - 3_000e8 : 3_000e8 - price) * 1e9 / 3_000e8;
        uint256 variance = (0.0025e18 * 6 hours + move * move * 1 days) / (6 hours + elapsed);
        uint256 factor = FixedPointMathLib.sqrt(255 * 255 * uint256(0.0025e18) / variance);
        if (factor > 255) factor = 255;
        if (factor < 26) factor = 26;
        assertEq(vault.assetOf(address(weth)).book.sizeFactor, factor);
        assertEq(vault.assetOf(address(usdc)).book.sizeFactor, 255);
        // Steady coins stay steady: against DAI the cap is whole.
        if (steadier) {
            trades(usdc, dai);
            factor = 255;
        }
        uint256 cap = SIZE_CAP * factor / 255;
        uint256 amountIn = cap / 1e12 + 1;
        Order memory o = asking(amountIn, steadier ? amountIn * 1e12 : ceil(amountIn * 1e12, 3_000));
        expectRefused(o, Refusal.SizeCapExceeded, cap);
        amountIn = cap / 1e12;
        o = asking(amountIn, steadier ? amountIn * 1e12 : ceil(amountIn * 1e12, 3_000));
        exact.behave(HostilePool.Manner.PaysFairly, o.minimumOut);
        passes(executor, call(o, voucherFor(m, o, 1)));
    }

    /// @notice What the vault never held is taken for volatile, whatever it is.
    function test_cap_ofWhatWasNeverHeldIsTheFloor() public {
        trades(usdc, dai);
        uint256 cap = SIZE_CAP * 26 / 255;
        Order memory o = asking(cap / 1e12 + 1, (cap / 1e12 + 1) * 1e12);
        expectRefused(o, Refusal.SizeCapExceeded, cap);
        fill(asking(cap / 1e12, cap / 1e12 * 1e12));
        checkpoint();
        fill(asking(50_000e6, 50_000e18));
    }

    /// @notice And so when the volatile one is sold.
    function test_cap_isOfTheSoldTokenToo() public {
        pass(1 hours);
        wethFeed.set(3_300e8);
        checkpoint();
        wethFeed.set(3_000e8);
        trades(weth, usdc);
        uint256 cap = SIZE_CAP * vault.assetOf(address(weth)).book.sizeFactor / 255;
        assertLt(cap, SIZE_CAP / 2);
        uint256 amountIn = cap / 3_000;
        expectRefused(asking(amountIn + 1, (amountIn + 1) * 3_000 / 1e12 + 1), Refusal.SizeCapExceeded, cap);
        Order memory o = asking(amountIn, amountIn * 3_000 / 1e12 + 1);
        exact.behave(HostilePool.Manner.PaysFairly, o.minimumOut);
        passes(executor, call(o, voucherFor(m, o, 1)));
    }

    /// @notice A guardian's tightening counts from the next checkpoint, for which trading waits.
    function test_cap_withAnotherReference() public {
        Limits memory limits = defaultLimits();
        limits.referenceVolatilityBps = 250;
        passes(guardian, abi.encodeCall(IVault.lowerLimits, (limits)));
        pass(5 minutes);
        checkpoint();
        // The estimate began at five per cent a day and has had five minutes of calm since.
        uint256 variance = uint256(0.0025e18) * 6 hours / (6 hours + 5 minutes);
        uint256 factor = FixedPointMathLib.sqrt(255 * 255 * uint256(0.000625e18) / variance);
        assertEq(vault.assetOf(address(weth)).book.sizeFactor, factor);
        assertCap(SIZE_CAP * factor / 255, 1);
    }
}
