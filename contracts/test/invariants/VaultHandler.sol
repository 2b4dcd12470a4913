// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refused} from "../../src/Refusal.sol";
import {HostilePool} from "../support/HostilePools.sol";
import {MockToken} from "../support/MockToken.sol";
import {World} from "../support/World.sol";

/// @title Everybody at once: an owner, guardians, reviewers, a market, and an adversary with the executor's key
/// @notice Never reverts itself; a refusal of the vault must be a documented one. It keeps its own books of what should
/// be where.
contract VaultHandler is World {
    Mandate private buying;
    Mandate private selling;
    HostilePool private hostileForUsdc;
    HostilePool private hostileForWeth;

    uint256 public attempts;
    uint256 public trades;
    uint256 public tradesThroughAShutGate;
    uint256 public shortOutputs;
    mapping(address token => uint256) public expectedBalance;
    bytes32[] public mandateIds;
    uint256[] public totals;

    struct Charge {
        uint256 at;
        uint256 usd;
    }

    Charge[] private charges;

    /// @notice To be called once; a constructor could not be paid back by the pools' callbacks.
    function setUp() public override {
        super.setUp();
        hostileForUsdc = new HostilePool(usdc, weth);
        hostileForWeth = new HostilePool(weth, usdc);
        expectedBalance[address(usdc)] = 1_000_000e6;
        expectedBalance[address(weth)] = 100e18;
        buying = sellUsdc();
        buying.total = 400_000e6;
        buying.minimumInterval = 0;
        buying.end = uint64(block.timestamp + 3650 days);
        buying.maximumExecutions = 10_000;
        selling = buying;
        selling.sell = address(weth);
        selling.buy = address(usdc);
        selling.total = 150e18;
        selling.maximumSlice = 20e18;
        mandateIds = [open(buying), open(selling)];
        totals = [buying.total, selling.total];
    }

    // --- the adversary ---

    function trade(uint256 amount, bool sells, uint8 route, uint16 skim, bool withVoucher) external {
        Mandate memory m = sells ? selling : buying;
        // A vault that stays shut would prove little: time passes, and often enough people put right what stopped it.
        pass(uint256(skim) % 1 hours);
        if (skim % 4 != 3) mend();
        // Mostly small slices, so that the meter is not full at once; now and then one above the automatic limit.
        bool isLarge = withVoucher && skim % 4 == 0;
        amount = bound(amount, m.maximumSlice / 1e6, isLarge ? m.maximumSlice : m.maximumSlice / 10);
        Order memory o = orderFor(m, amount);
        uint256 fair = sells ? amount * price() / 1e18 * 1e6 / 1e18 : amount * 1e12 * 1e18 / price();
        o.minimumOut = fair * (10_000 - 30 - uint256(skim) % 75) / 10_000;
        Leg[] memory legs = legsFor(sells, amount, route, o.minimumOut);
        Voucher memory v;
        if (isLarge && skim % 16 != 0) v = voucherFor(m, o, uint256(keccak256(abi.encode(attempts))));
        attempt(m, o, legs, v);
    }

    function legsFor(bool sells, uint256 amount, uint8 route, uint256 least) private returns (Leg[] memory legs) {
        if (route % 4 == 0 && amount >= 4) return threeLegs(amount);
        legs = oneLeg(amount);
        if (route % 8 == 1) {
            HostilePool hostile = sells ? hostileForWeth : hostileForUsdc;
            hostile.behave(HostilePool.Manner(route / 8 % 8), least);
            legs[0].pool = address(hostile);
        }
    }

    function attempt(Mandate memory m, Order memory o, Leg[] memory legs, Voucher memory v) private {
        VaultState memory s = vault.state();
        uint256 sellBefore = MockToken(m.sell).balanceOf(address(vault));
        uint256 buyBefore = MockToken(m.buy).balanceOf(address(vault));
        attempts++;
        vm.prank(s.executor);
        try vault.execute(m, o, legs, v) returns (uint256 out) {
            trades++;
            if (s.paused || s.suspended || s.tripped) tradesThroughAShutGate++;
            if (out < o.minimumOut) shortOutputs++;
            uint256 spent = sellBefore - MockToken(m.sell).balanceOf(address(vault));
            require(spent <= o.amountIn, "overspent");
            expectedBalance[m.sell] -= spent;
            expectedBalance[m.buy] += out;
            require(MockToken(m.buy).balanceOf(address(vault)) == buyBefore + out, "output not measured");
            uint256 usd = m.sell == address(usdc) ? o.amountIn * 1e12 : o.amountIn * price() / 1e18;
            charges.push(Charge(block.timestamp, usd));
        } catch (bytes memory reason) {
            requireDocumented(reason);
        }
    }

    function requireDocumented(bytes memory reason) private pure {
        require(bytes4(reason) == Refused.selector, "a revert that is no refusal");
    }

    // --- the market ---

    function move(uint16 price_) external {
        wethFeed.set(int256(bound(price_, 2_985, 3_015)) * 1e8);
    }

    function crash(uint8 chance) external {
        if (chance % 4 == 0) wethFeed.set(1_000e8);
    }

    function wait(uint16 duration) external {
        pass(bound(duration, 1, 4 hours));
    }

    function price() private view returns (uint256) {
        return uint256(wethFeed.answer()) * 1e10;
    }

    function checkpoint() external {
        try vault.checkpoint() {}
        catch (bytes memory reason) {
            requireDocumented(reason);
        }
    }

    // --- people ---

    function donate(uint32 amount) external {
        usdc.mint(address(vault), amount);
        expectedBalance[address(usdc)] += amount;
    }

    function book() external {
        vm.prank(owner);
        vault.book(address(usdc));
    }

    function deposit(uint256 amount, bool inWeth) external {
        amount = inWeth ? bound(amount, 1, 10e18) : bound(amount, 1, 30_000e6);
        MockToken token = inWeth ? weth : usdc;
        give(token, amount);
        expectedBalance[address(token)] += amount;
    }

    function withdraw(uint256 amount, bool inWeth) external {
        MockToken token = inWeth ? weth : usdc;
        amount = bound(amount, 0, token.balanceOf(address(vault)) / 8);
        vm.prank(owner);
        vault.withdraw(address(token), amount, stranger);
        expectedBalance[address(token)] -= amount;
    }

    function pause(uint8 chance) external {
        if (chance % 4 != 0) return;
        vm.prank(guardian);
        vault.pause();
    }

    /// @notice Whatever stopped the vault is put right, by those who may.
    function mend() public {
        if (vault.state().paused) {
            vm.prank(owner);
            vault.unpause();
        }
        wethFeed.set(3_000e8);
        if (vault.state().tripped) {
            executor = address(uint160(uint256(keccak256(abi.encode(executor)))));
            reset(resetTo(executor));
        }
        vault.checkpoint();
    }

    // --- books ---

    function chargeCount() external view returns (uint256) {
        return charges.length;
    }

    /// @notice Whether some window ending at the last trade let more through than the meter promises.
    function volumeBroken() external view returns (bool) {
        uint256 sum = 0;
        for (uint256 i = charges.length; i > 0; i--) {
            Charge memory charge = charges[i - 1];
            sum += charge.usd;
            uint256 window = charges[charges.length - 1].at - charge.at;
            if (sum > VOLUME_CAPACITY + VOLUME_RATE * window) return true;
        }
        return false;
    }

    function world() external view returns (address vault_, address router_, address owner_) {
        return (address(vault), address(router), owner);
    }

    function tokens() external view returns (MockToken[4] memory) {
        return [usdc, dai, wbtc, weth];
    }
}
