// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {CampaignOrders} from "./CampaignOrders.sol";
import {MockToken} from "../support/MockToken.sol";

/// @title Everybody at once: an owner, guardians, reviewers, a market, and an adversary with the executor's key
/// @notice Never reverts itself. It keeps its own books of what should be where and of what was lost at true prices.
contract VaultHandler is CampaignOrders {
    uint256 public calls;

    /// @notice Each call: count, act, compare.
    modifier watched() {
        calls++;
        _;
        comparePolicy(calls);
        compareBalances();
    }

    function setUp() public override {
        hirePeople();
        super.setUp();
        armAdversary();
        notePolicy();
        openMarket();
        vm.deal(address(vault), 3 ether);
        expected[address(0)] = 3 ether;
        expected[address(usdc)] = 1_000_000e6;
        expected[address(weth)] = 100e18;
        refill(address(weth), 300e18);
        for (uint256 i = 0; i < SLOTS; i++) {
            openSlot(i);
        }
        vm.txGasPrice(100 gwei);
        vm.fee(99 gwei);
        restore();
    }

    // --- the adversary ---

    function trade(uint256 amount, uint8 slot, uint8 route, uint16 skim) external watched {
        bool behind = trades * 3 < calls;
        slot = slot % uint8(SLOTS);
        if (behind) rest();
        if (behind || skim % 4 == 0) restore();
        else elapse(uint256(skim) % 10 minutes);
        if (isClosed[slot] || filled[slot] + terms[slot].maximumSlice > terms[slot].total) openSlot(slot);
        if (skim % 8 != 7) freshen();
        keepOneSourceHonest();
        uint256 largest = least(terms[slot].maximumSlice, within(slot, skim)) >> (behind ? 5 : skim % 4);
        amount = _bound(amount, largest / 10, largest);
        attempt(slot, amount, behind ? 0 : route, behind ? 50 : skim);
    }

    // --- the market ---

    function move(uint256 price, int16 deviation) external watched {
        price = truth[address(weth)] * _bound(price, 9_900, 10_100) / BPS;
        moveTruth(weth, _bound(price, LOWEST_WETH, HIGHEST_WETH));
        if (deviation % 4 == 0) publish(weth, deviation % 50);
        else if (deviation % 4 == 1) strayFeed(deviation % 149);
    }

    function moveDollar(uint256 price, int16 deviation) external watched {
        moveTruth(usdc, _bound(price, 0.985e18, 1.015e18));
        publish(usdc, deviation % 50);
    }

    function pushPool(uint256 price) external watched {
        movePool(_bound(price, LOWEST_WETH, HIGHEST_WETH));
    }

    function crash(uint256 depth) external watched {
        uint256 price = spot() * (BPS - _bound(depth, 300, 2_500)) / BPS;
        if (price < LOWEST_WETH) price = HIGHEST_WETH;
        movePool(price);
        settleMarket();
        repairFeeds();
    }

    function breakFeed(uint8 manner, bool ofDollar) external watched {
        breakFeed(ofDollar ? usdc : weth, manner % 5);
    }

    function wait(uint256 duration) external watched {
        elapse(_bound(duration, 1, duration % 8 == 0 ? 20 days : 2 hours));
    }

    function checkpoint(uint8 wrongHint, bool trips) external watched {
        takeCheckpoint(wrongHint % 4 == 0 ? wrongHint : hint(), trips);
    }

    // --- people ---

    function tighten(uint8 kind, uint256 seed, bool byOwner) external watched {
        tightening(kind % 8, seed, byOwner ? owner : guardian);
    }

    function close(uint8 slot, uint256 by, bytes32 other) external watched {
        slot = slot % uint8(SLOTS);
        bool isOther = by % 4 == 3;
        if (!isOther) isClosed[slot] = true;
        address[3] memory holders = [owner, guardian, person];
        vm.prank(holders[by % 3]);
        try vault.closeMandate(isOther ? other : ids[slot]) {}
        catch {
            accuse(true, "I6 for a holder of the role, tightening never reverts");
        }
    }

    function submit(uint8 kind, uint256 seed) external watched {
        submitting(kind % 9, seed);
    }

    function consume(uint8 index, uint8 by) external watched {
        consumingLate(index, by % 4 == 0 ? guardian : by % 4 == 1 ? stranger : owner);
    }

    function sneak(uint8 kind, uint256 seed, uint8 by) external watched {
        consuming(kind % 9, seed, by % 4 == 0 ? guardian : by % 4 == 1 ? keyHolder : owner);
    }

    function donate(uint64 amount, bool inWeth) external watched {
        MockToken token = inWeth ? weth : usdc;
        amount = amount % 1e12;
        token.mint(address(vault), amount);
        expected[address(token)] += amount;
    }

    function book(bool inWeth) external watched {
        vm.prank(owner);
        try vault.book(address(inWeth ? weth : usdc)) {}
        catch (bytes memory reason) {
            accuseUndocumented(reason);
        }
    }

    /// @notice Out it goes in whatever state, and partly back.
    function withdraw(uint256 amount, uint8 kind) external watched {
        address token = kind % 3 == 0 ? address(0) : address(kind % 3 == 1 ? usdc : weth);
        amount = _bound(amount, 0, kind % 16 == 15 ? expected[token] : expected[token] / 8);
        takeOut(token, amount);
        if (kind % 2 == 0) refill(token, amount / 2);
    }

    function evacuate() external {
        takeOut(address(0), expected[address(0)]);
        takeOut(address(usdc), expected[address(usdc)]);
        takeOut(address(weth), expected[address(weth)]);
        accuse(usdc.balanceOf(address(vault)) + weth.balanceOf(address(vault)) != 0, "I8 everything can be taken out");
        MockToken[2] memory tokens = [usdc, weth];
        for (uint256 i = 0; i < 2; i++) {
            accuse(
                tokens[i].everApproved(address(vault)) || tokens[i].everApproved(address(router)),
                "I5 no allowance is ever non-zero"
            );
            accuse(tokens[i].balanceOf(address(router)) != 0, "nothing stays in the router");
        }
    }
}
