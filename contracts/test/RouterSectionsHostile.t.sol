// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Leg, Venue} from "../src/Types.sol";
import {Refusal, Refused} from "../src/Refusal.sol";
import {IUniswapV3SwapCallback} from "../src/interfaces/IUniswapV3Pool.sol";
import {IUniswapV4UnlockCallback} from "../src/interfaces/IUniswapV4PoolManager.sol";
import {HostileManager, HostilePair, HostilePool} from "./support/HostilePools.sol";
import {HostileToken} from "./support/HostileToken.sol";
import {MockToken} from "./support/MockToken.sol";
import {SectionWorld} from "./support/SectionWorld.sol";

/// @title Whatever lies on the way, tokens too: what the order sells and buys goes where its legs say, or the order has
/// not been
contract RouterSectionsHostileTest is SectionWorld {
    uint256 private constant SLICE = 10_000e6;

    HostileToken private token;
    MockToken private asMock; // the same
    HostilePool private intoToken;
    HostilePool private outOfToken;
    HostilePair private pair;
    HostileManager private impostor;

    function setUp() public override {
        super.setUp();
        token = new HostileToken();
        token.lieTo(address(router));
        asMock = MockToken(address(token));
        intoToken = new HostilePool(usdc, asMock);
        intoToken.behave(HostilePool.Manner.PaysFairly, 1e18);
        outOfToken = new HostilePool(asMock, weth);
        outOfToken.behave(HostilePool.Manner.PaysFairly, 3e18);
        pair = new HostilePair();
        pair.lie(1e12, 1e12);
        impostor = new HostileManager(asMock, weth);
        impostor.behave(HostileManager.Manner.PaysFairly, 3e18);
    }

    /// @dev Through the hostile token and straight, with what is to be stolen lying in the router meanwhile: half of the input,
    /// and the output of the first leg.
    function orderThrough(Leg memory last) private {
        delete route;
        addLeg(usdc, weth, 1, SLICE);
        addHead(usdc, asMock, 0);
        route.push(poolLeg(address(intoToken), SLICE));
        addHead(asMock, weth, 2e18);
        route.push(poolLeg(address(outOfToken), 1e18));
        route.push(last);
        addHead(usdc, weth, 0);
        addLeg(usdc, weth, 2, SLICE);
    }

    function ask() private returns (bool done, bytes memory answer) {
        pay(usdc, route);
        return address(router).call(abi.encodeCall(router.swap, (address(usdc), address(weth), recipient, route)));
    }

    function hostileLeg(uint8 venue, uint256 amountIn) private view returns (Leg memory) {
        if (venue % 3 == 0) return Leg(Venue.UniswapV2, address(pair), 3000, 0, address(0), amountIn);
        if (venue % 3 == 1) return poolLeg(address(outOfToken), amountIn);
        return Leg(Venue.UniswapV4, address(impostor), 500, 10, address(0), amountIn);
    }

    function strikeWith(uint8 question, bool forgiving) private {
        bytes memory asked = questionOf(question);
        token.behave(HostileToken.Manner.Strikes, 0);
        token.aim(address(router), asked, forgiving);
    }

    /// @notice Another order, of what lies in the router or of nothing, or to be paid.
    function questionOf(uint8 question) private view returns (bytes memory) {
        Leg[] memory legs = only(poolLeg(markets[0].pool, SLICE));
        if (question % 4 == 0) {
            return abi.encodeCall(router.swap, (address(usdc), address(weth), address(token), legs));
        }
        if (question % 4 == 1) {
            return abi.encodeCall(router.swap, (address(dai), address(weth), address(token), new Leg[](0)));
        }
        if (question % 4 == 2) {
            return abi.encodeCall(IUniswapV3SwapCallback.uniswapV3SwapCallback, (int256(0.5e18), -1, ""));
        }
        return abi.encodeCall(IUniswapV4UnlockCallback.unlockCallback, (new bytes(160)));
    }

    // --- tokens ---

    function testFuzz_token_thatReentersIsRefused(uint8 venue, uint8 question) public {
        orderThrough(hostileLeg(venue, 1e18));
        strikeWith(question, false);
        (bool done, bytes memory answer) = ask();
        assertFalse(done);
        uint256 caller = uint160(address(token));
        // A transfer's failure is the token's, whatever the reason.
        assertEq(answer, abi.encodeWithSelector(Refused.selector, Refusal.TransferFailed, caller));
        assertEq(usdc.balanceOf(address(router)), 3 * SLICE);
    }

    /// @notice Who asks and takes the refusal gets no further, and the order is as if it had not asked.
    function testFuzz_token_thatReentersChangesNothing(uint8 venue, uint8 question) public {
        orderThrough(hostileLeg(venue, 1e18));
        uint256 direct = quote(usdc, weth, 1, SLICE) + quote(usdc, weth, 2, SLICE);
        strikeWith(question, true);
        assertEq(swap(usdc, weth, route), direct + 3e18 + (venue % 3 == 0 ? 0 : 3e18));
        assertEq(token.attempts(), 2);
        assertFalse(token.cameThrough());
        assertEq(weth.balanceOf(address(token)), 0);
    }

    /// @notice Whatever it says and does, it only decides over itself: what is sold and bought moves as the legs say.
    function testFuzz_token_thatLiesHurtsOnlyItsOwnLegs(uint8 venue, uint8 manner, uint256 lie) public {
        uint256 snapshot = vm.snapshotState();
        orderThrough(hostileLeg(venue, 1e18));
        uint256 direct = quote(usdc, weth, 1, SLICE) + quote(usdc, weth, 2, SLICE);
        uint256 before = usdc.balanceOf(address(intoToken));
        token.behave(HostileToken.Manner(manner % 7), lie);
        (bool done, bytes memory answer) = ask();
        if (!done) {
            assertEq(bytes4(answer), Refused.selector);
            assertEq(usdc.balanceOf(address(router)), 3 * SLICE);
            vm.revertToState(snapshot);
            return;
        }
        assertNothingStays(usdc, weth);
        assertEq(usdc.balanceOf(address(intoToken)) - before, SLICE);
        assertEq(usdc.balanceOf(address(token)) + usdc.balanceOf(address(outOfToken)), 0);
        assertEq(weth.balanceOf(recipient), direct + 3e18 + (venue % 3 == 0 ? 0 : 3e18));
    }

    /// @notice Between pools that are genuine: they look at their own balances, and take no less than their leg.
    function testFuzz_token_inGenuinePools(uint8 first, uint8 second, uint8 manner, uint256 lie) public {
        MockToken strange = new MockToken(18);
        vm.etch(address(strange), address(token).code);
        HostileToken(address(strange)).lieTo(address(router));
        fill(markets[1], usdc, 60_000_000e6, strange, 20_000e18);
        fill(markets[2], strange, 20_000e18, weth, 20_000e18);
        addHead(usdc, strange, 0);
        addLeg(usdc, strange, first, SLICE);
        addHead(strange, weth, 3);
        addLeg(strange, weth, second, 1);
        addLeg(strange, weth, second % 3 + 1, 2);
        addHead(usdc, weth, 0);
        addLeg(usdc, weth, 0, SLICE);
        uint256 direct = quote(usdc, weth, 0, SLICE);
        HostileToken(address(strange)).behave(HostileToken.Manner(manner % 7), bound(lie, 1, 1e24));
        (bool done, bytes memory answer) = ask();
        if (!done) {
            assertEq(bytes4(answer), Refused.selector);
            assertEq(usdc.balanceOf(address(router)), 2 * SLICE);
            return;
        }
        assertNothingStays(usdc, weth);
        assertGe(weth.balanceOf(recipient), direct);
    }

    function test_token_ofTwoAddressesSellsOnlyTheOrders() public {
        // Two addresses for one balance: the second sells what the first holds, which is the order's anyway.
        SecondAddress second = new SecondAddress(usdc);
        TakingPool taking = new TakingPool();
        usdc.mint(address(router), SLICE);
        route.push(head(MockToken(address(second)), weth, 1));
        route.push(poolLeg(address(taking), 1));
        addHead(usdc, weth, 0);
        addLeg(usdc, weth, 1, SLICE);
        expectRefusal(Refusal.TransferFailed, uint160(address(usdc)));
        router.swap(address(usdc), address(weth), recipient, route);
    }

    // --- pools ---

    /// @notice With the next leg's share lying in the router, which is what there is to steal.
    function testFuzz_pool_ofASectionCollectsItsShareAndOnce(uint8 manner, uint256 arrived) public {
        manner = uint8(bound(manner, 2, 10));
        arrived = bound(arrived, 10, 1e24);
        HostilePool.Manner how = HostilePool.Manner(manner);
        vm.assume(how != HostilePool.Manner.Reenters && how != HostilePool.Manner.ReturnsTheInput);
        intoToken.behave(HostilePool.Manner.PaysFairly, arrived);
        orderThrough(hostileLeg(1, 1e18));
        outOfToken.behave(how, 1e18);
        bool twice = how == HostilePool.Manner.CollectsTwice || how == HostilePool.Manner.CollectsAsManager;
        Refusal reason = twice ? Refusal.Unauthorized : Refusal.TransferFailed;
        assertRefused(usdc, weth, route, reason, uint160(address(outOfToken)));
    }

    function testFuzz_manager_ofASectionCollectsItsShareAndOnce(uint8 manner) public {
        HostileManager.Manner how = HostileManager.Manner(bound(manner, 2, 12));
        vm.assume(how != HostileManager.Manner.MakesUpCurrencies);
        orderThrough(hostileLeg(2, 1e18));
        impostor.behave(how, 1e18);
        bool other = how == HostileManager.Manner.CallsBackTwice || how == HostileManager.Manner.CallsBackAsPool;
        Refusal reason = other ? Refusal.Unauthorized : Refusal.TransferFailed;
        assertRefused(usdc, weth, route, reason, uint160(address(impostor)));
    }

    /// @notice A pool that takes the input and gives nothing of the token on the way: its section has nothing to sell.
    function test_pool_thatPaysNothingOfATokenOnTheWay() public {
        orderThrough(hostileLeg(1, 1e18));
        intoToken.behave(HostilePool.Manner.PaysNothing, 0);
        assertRefused(usdc, weth, route, Refusal.TransferFailed, uint160(address(token)));
    }

    /// @notice A pool of the section that pays more of what it sells: what comes after the head is not counted.
    function test_pool_thatPaysBackWhatItsSectionSells() public {
        HostilePool back = new HostilePool(asMock, asMock);
        back.behave(HostilePool.Manner.PaysFairly, 5e18);
        orderThrough(poolLeg(address(back), 1e18));
        swap(usdc, weth, route);
        assertEq(token.balanceOf(address(back)), 0.5e18);
        assertEq(token.balanceOf(address(router)), 5e18);
    }

    // --- anything at all ---

    /// @notice Every order ends with nothing of its tokens in the router, or has not been.
    function testFuzz_anySections_leaveNothingOrRevert(uint256 seed) public {
        outOfToken.behave(HostilePool.Manner(seed % 11), uint8(seed >> 8));
        intoToken.behave(HostilePool.Manner(seed >> 16 & 1), 1e18);
        impostor.behave(HostileManager.Manner((seed >> 24) % 13), uint8(seed >> 32));
        token.behave(HostileToken.Manner((seed >> 40) % 7), seed >> 128);
        outOfToken.returnTo(recipient);
        uint256 count = 1 + (seed >> 48) % 12;
        for (uint256 i = 0; i < count; i++) {
            seed = uint256(keccak256(abi.encode(seed)));
            if (seed % 2 == 0) route.push(hostileLeg(uint8(seed >> 8), bound(seed >> 32, 1, 2e10)));
            if (seed % 16 == 1) route.push(poolLeg(address(intoToken), bound(seed >> 32, 1, 2e10)));
            if (seed % 16 == 3) addLeg(usdc, weth, uint8(seed >> 8), bound(seed >> 32, 1e6, 2e10));
            if (seed % 4 == 1) addHead(usdc, seed & 16 == 0 ? weth : asMock, seed);
            if (seed % 8 == 7) addHead(asMock, seed & 16 == 0 ? weth : dai, bound(seed >> 32, 1, 2e11));
        }
        pay(usdc, route);
        uint256 before = usdc.balanceOf(address(router));
        (bool done, bytes memory answer) =
            address(router).call(abi.encodeCall(router.swap, (address(usdc), address(weth), recipient, route)));
        if (done) {
            assertNothingStays(usdc, weth);
        } else {
            assertEq(bytes4(answer), Refused.selector);
            assertEq(usdc.balanceOf(address(router)), before);
        }
    }
}

/// @title Another address of a token: the same balances
contract SecondAddress {
    MockToken private immutable token;

    constructor(MockToken token_) {
        token = token_;
    }

    function balanceOf(address account) external view returns (uint256) {
        return token.balanceOf(account);
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        token.burn(msg.sender, amount);
        token.mint(to, amount);
        return true;
    }
}

/// @title A pool that takes its leg and gives nothing
contract TakingPool {
    function swap(address, bool zeroForOne, int256 amount, uint160, bytes calldata) external returns (int256, int256) {
        (int256 delta0, int256 delta1) = zeroForOne ? (amount, int256(0)) : (int256(0), amount);
        IUniswapV3SwapCallback(msg.sender).uniswapV3SwapCallback(delta0, delta1, "");
        return (delta0, delta1);
    }
}
