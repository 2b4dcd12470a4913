// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {PriceQuery} from "../../src/interfaces/IPriceOracle.sol";
import {Asset} from "../../src/guards/AssetBook.sol";
import {HostilePool} from "../support/HostilePools.sol";
import {HostileToken} from "../support/HostileToken.sol";
import {MockToken} from "../support/MockToken.sol";
import {Signing} from "../support/Signing.sol";
import {CampaignPeople} from "./CampaignPeople.sol";
import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

/// @title Whoever holds the executor's key, and asks for as little as the vault lets through
abstract contract CampaignOrders is CampaignPeople {
    HostilePool private hostileForUsdc;
    HostilePool private hostileForWeth;
    /// @notice A token of the thief's own, with pools into it and out of it.
    HostileToken private way;
    HostilePool[2] private intoWay; // selling USDC, selling WETH
    HostilePool[2] private outOfWay; // for WETH, for USDC
    address private daiPair; // genuine
    HostilePool private outOfDai;

    function armAdversary() internal {
        hostileForUsdc = new HostilePool(usdc, weth);
        hostileForWeth = new HostilePool(weth, usdc);
        hostileForUsdc.returnTo(address(vault));
        hostileForWeth.returnTo(address(vault));
        way = new HostileToken();
        way.lieTo(address(router));
        MockToken asMock = MockToken(address(way));
        intoWay = [new HostilePool(usdc, asMock), new HostilePool(weth, asMock)];
        outOfWay = [new HostilePool(asMock, weth), new HostilePool(asMock, usdc)];
        daiPair = fillPair(usdc, 60_000_000e6, dai, 60_000_000e18);
        outOfDai = new HostilePool(dai, weth);
    }

    function attempt(uint256 slot, uint256 amount, uint8 route, uint16 skim) internal {
        Mandate memory m = terms[slot];
        Order memory o;
        o.mandateId = ids[slot];
        o.amountIn = amount;
        o.deadline = uint64(block.timestamp + uint256(skim) % 301);
        o.executionIndex = executions[slot];
        o.epoch = epoch;
        o.modelId = MODEL;
        if (m.sell == address(weth)) o.sellHint = hint();
        else o.buyHint = hint();
        uint256 valueUsd;
        (o.minimumOut, valueUsd) = leastFor(m, amount, skim);
        Leg[] memory legs = legsFor(m.sell == address(weth), amount, route, o.minimumOut);
        Voucher memory v;
        if (valueUsd > allowed.automaticLimitUsd && skim % 16 != 1) v = voucherOf(m, o);
        bytes memory seal = "";
        if (sentinelOn) sentinelSigner.approve(Signing.orderDigest(address(vault), o));
        if (sentinelOn) seal = "sealed";
        if (route % 32 == 31) spoil(o, skim);
        uint256 tank = address(vault).balance;
        vm.prank(keyHolder);
        try vault.execute(m, o, legs, v, seal) returns (uint256 out) {
            settle(slot, m, o, out, tank - address(vault).balance);
            accuse(route % 32 == 31, "a spoilt order does not trade");
        } catch (bytes memory reason) {
            accuseUndocumented(reason);
            Refusal code = Refusal(codeOf(reason));
            if (code == Refusal.MandateLatched) isLatched[slot] = true;
            metersFull =
                code == Refusal.VolumeExceeded || code == Refusal.LossExceeded || code == Refusal.RefillExceeded;
        }
    }

    /// @notice Of the slot's input, what the size cap lets through just now; sometimes twice that.
    function within(uint256 slot, uint16 skim) internal view returns (uint256) {
        Mandate memory m = terms[slot];
        (uint256 high,) = pricesOf(m.sell, m.buy);
        uint256 factor = least(vault.assetOf(m.sell).book.sizeFactor, vault.assetOf(m.buy).book.sizeFactor);
        uint256 capUsd = allowed.sizeCapUsd * factor / 255;
        return (skim % 32 == 9 ? 2 : 1) * capUsd * unitOf(m.sell) / high;
    }

    /// @dev One thing about the order is wrong.

    function spoil(Order memory o, uint16 skim) private view {
        if (skim % 5 == 0) o.executionIndex += 1;
        if (skim % 5 == 1) o.epoch += 1;
        if (skim % 5 == 2) o.deadline = uint64(block.timestamp - 1);
        if (skim % 5 == 3) o.modelId = keccak256("no model");
        if (skim % 5 == 4) o.amountIn += 1;
    }

    /// @dev What the vault will ask for, to the unit, or a little more or a unit less; and what the input is worth.
    function leastFor(Mandate memory m, uint256 amount, uint16 skim) private returns (uint256 out, uint256 usd) {
        (uint256 high, uint256 low) = pricesOf(m.sell, m.buy);
        (quotedHigh, quotedLow) = (high, low);
        usd = amount * high / unitOf(m.sell) + 1;
        out = FixedPointMathLib.divUp(amount * high * unitOf(m.buy), low * unitOf(m.sell));
        uint256 slippage = least(m.slippageBps, allowed.maximumSlippageBps);
        if (skim % 3 == 1) slippage = slippage * (skim >> 8) / 255;
        out = FixedPointMathLib.divUp(out * (BPS - slippage), BPS);
        if (skim % 16 == 5 && out != 0) out -= 1;
    }

    /// @dev As the oracle has them, or as the feeds have them where it refuses.
    function pricesOf(address sell, address buy) private view returns (uint256 high, uint256 low) {
        (Verdict memory sold, Verdict memory bought) = oracle.pair(queryOf(sell), queryOf(buy));
        high = sold.reason == Refusal.None ? sold.high : said[sell];
        low = bought.reason == Refusal.None ? bought.low : said[buy];
    }

    function legsFor(bool sells, uint256 amount, uint8 route, uint256 least_) private returns (Leg[] memory legs) {
        if (route % 8 == 7 && amount >= 4) return threeLegs(amount);
        legs = oneLeg(amount);
        if (route % 8 == 6) return legs;
        if (route % 8 == 5) {
            legs[0] = Leg(Venue.UniswapV2, pair, 3000, 0, address(0), amount);
            return legs;
        }
        if (route % 8 == 1) return throughWay(sells, amount, route, least_);
        if (route % 8 == 2 && !sells) return throughDai(amount, least_);
        HostilePool hostile = sells ? hostileForWeth : hostileForUsdc;
        hostile.behave(HostilePool.Manner(route % 8 == 4 ? route / 8 % 11 : 0), least_);
        if (route % 8 == 3) hostile.reenter(address(vault), abi.encodeCall(vault.checkpoint, (hints())));
        legs[0].pool = address(hostile);
    }

    /// @dev Into the thief's token and out of it in two legs, whatever it says meanwhile.
    function throughWay(bool sells, uint256 amount, uint8 route, uint256 least_) private returns (Leg[] memory legs) {
        uint256 side = sells ? 1 : 0;
        way.behave(HostileToken.Manner(route / 8 % 8), amount);
        way.aim(address(vault), abi.encodeCall(vault.checkpoint, (hints())), route >= 128);
        intoWay[side].behave(HostilePool.Manner.PaysFairly, amount + 3);
        outOfWay[side].behave(HostilePool.Manner.PaysFairly, least_ / 2 + least_ % 2);
        (address sell, address buy) = sells ? (address(weth), address(usdc)) : (address(usdc), address(weth));
        legs = new Leg[](5);
        legs[0] = Leg(Venue.Section, sell, 0, 0, address(way), amount);
        legs[1] = Leg(Venue.UniswapV3, address(intoWay[side]), 0, 0, address(0), amount);
        legs[2] = Leg(Venue.Section, address(way), 0, 0, buy, 3);
        legs[3] = Leg(Venue.UniswapV3, address(outOfWay[side]), 0, 0, address(0), 1);
        legs[4] = Leg(Venue.UniswapV3, address(outOfWay[side]), 0, 0, address(0), 2);
    }

    /// @dev To DAI through a genuine pair, and on through a pool of the thief's.
    function throughDai(uint256 amount, uint256 least_) private returns (Leg[] memory legs) {
        outOfDai.behave(HostilePool.Manner.PaysFairly, least_);
        legs = new Leg[](4);
        legs[0] = Leg(Venue.Section, address(usdc), 0, 0, address(dai), amount);
        legs[1] = Leg(Venue.UniswapV2, daiPair, 3000, 0, address(0), amount);
        legs[2] = Leg(Venue.Section, address(dai), 0, 0, address(weth), amount);
        legs[3] = Leg(Venue.UniswapV3, address(outOfDai), 0, 0, address(0), amount);
    }

    function queryOf(address token) private view returns (PriceQuery memory query) {
        Asset memory asset = vault.assetOf(token);
        query.feed = asset.feed;
        if (asset.book.listing != Listing.FeedAndTwap) return query;
        query.twap = asset.twap;
        query.quoteFeed = vault.assetOf(address(usdc)).feed;
        query.hint = hint();
    }
}
